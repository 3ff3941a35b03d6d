"""Which snapshots a domain's firmware allows, by libvirt's version and the NVRAM's format."""

from __future__ import annotations

import pytest

import checks.firmware  # noqa: F401 - registers the check
from tests.checks.fake_host import judged, refusal
from tutor.grading.verdict import Status
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.domains import domain
from tutor.host.question import Unobservable

BIOS = "<os><type>hvm</type></os>"
ROM = "<os><type>hvm</type><loader type='rom'>/usr/share/seabios/bios.bin</loader></os>"
AUTO = "<os firmware='efi'><type>hvm</type></os>"
RAW = "<os><loader type='pflash'>/CODE.fd</loader><nvram>/vars.fd</nvram></os>"
NAMED_RAW = (
    "<os firmware='efi'><loader type='pflash'>/CODE.fd</loader><nvram format='raw'>/vars.fd</nvram></os>"
)
QCOW2 = "<os><loader type='pflash'>/CODE.fd</loader><nvram format='qcow2'>/vars.qcow2</nvram></os>"
OFF_ONLY = "UEFI: internal snapshots work only while it is shut off; external ones "


def said(os: str, version: int) -> str:
    found = judged(
        "snapshot-firmware",
        {
            connection(SYSTEM, "read"): {"open": True, "libvirt": version},
            domain(SYSTEM, "d"): {"inactive_xml": f"<domain>{os}</domain>", "state": "shut-off"},
        },
        domain="d",
    )
    assert found.status is Status.PASS
    assert found.observed is not None
    return found.observed.render(str)


@pytest.mark.parametrize("version", [9_000_000, 9_009_000, 11_003_000])
@pytest.mark.parametrize("os", [BIOS, ROM, ""])
def test_bios(os: str, version: int) -> None:
    assert said(os, version) == "BIOS: internal snapshots work, whether it runs or not"


@pytest.mark.parametrize("os", [AUTO, RAW, NAMED_RAW, QCOW2])
def test_uefi_before_10_10(os: str) -> None:
    for version in (9_000_000, 9_008_000):
        assert said(os, version) == f"{OFF_ONLY}can be taken, but not returned to"
    for version in (9_009_000, 10_000_000, 10_009_000):
        assert said(os, version) == f"{OFF_ONLY}work altogether"


@pytest.mark.parametrize("os", [AUTO, RAW, NAMED_RAW])
def test_uefi_with_raw_nvram(os: str) -> None:
    assert said(os, 11_003_000) == (
        "UEFI with raw NVRAM: internal snapshots work only while it is shut off; "
        "external ones work altogether"
    )


def test_uefi_with_qcow2_nvram() -> None:
    for version in (10_010_000, 11_003_000):
        assert said(QCOW2, version) == (
            "UEFI with NVRAM in qcow2: internal snapshots work, whether it runs or not"
        )


@pytest.mark.parametrize(
    ("opened", "found", "reason"),
    [
        ({"open": False, "libvirt": 0}, {"inactive_xml": "<domain/>"}, "not-answering"),
        (refusal(), {"inactive_xml": "<domain/>"}, "not-answering"),
        ({"open": True, "libvirt": 9_000_000}, None, "gone"),
    ],
)
def test_what_could_not_be_seen(opened: object, found: object, reason: str) -> None:
    with pytest.raises(Unobservable) as failure:
        judged(
            "snapshot-firmware",
            {connection(SYSTEM, "read"): opened, domain(SYSTEM, "d"): found},
            domain="d",
        )
    assert failure.value.reason == reason
