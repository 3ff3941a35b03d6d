"""Warnings: valid, and yet it will not do what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.validation.documents import DOMAIN, NETWORK
from tutor.validation.judge import MAX_WARNINGS, judge

HOST = '<host mac="52:54:00:12:34:56" name="lab-vm" ip="192.168.150.50"/>'


def warnings(content: str) -> list[tuple[str, int]]:
    judgement = judge(content.encode())
    assert judgement.valid, judgement
    assert all(problem.hint is not None for problem in judgement.problems)
    return [(problem.code, problem.place.line) for problem in judgement.problems]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", []),
        ("virbr7", "a-bridge-too-far", [("bridge-name-too-long", 11)]),
        ("virbr7", "fifteen-letters", []),
        ('address="192.168.150.1"', 'address="192.168.150.0"', [("address-not-usable", 27)]),
        ('address="192.168.150.1"', 'address="192.168.150.255"', [("address-not-usable", 27)]),
        ("150.100", "151.100", [("range-reversed", 30), ("range-outside", 30)]),
        ("150.200", "151.200", [("range-outside", 30)]),
        (
            '"192.168.150.100" end="192.168.150.200"',
            '"192.168.150.9" end="192.168.150.3"',
            [("range-reversed", 30)],
        ),
        ('ip="192.168.150.50"', 'ip="192.168.15.50"', [("address-outside", 33)]),
        ('ip="192.168.150.50"', 'ip="192.168.150.1"', [("duplicate-ip", 33)]),
        (HOST, HOST + HOST.replace(".50", ".51").replace("lab-vm", "b"), [("duplicate-mac", 33)]),
        (HOST, HOST + HOST.replace(":56", ":57").replace("lab-vm", "b"), [("duplicate-ip", 33)]),
        (
            HOST,
            HOST
            + HOST.upper()
            .replace("HOST", "host")
            .replace("MAC=", "mac=")
            .replace("NAME=", "name=")
            .replace("IP=", "ip="),
            [("duplicate-mac", 33), ("duplicate-ip", 33)],
        ),
        ('netmask="255.255.255.0"', 'prefix="24"', []),
        ('netmask="255.255.255.0"', 'netmask="255.0.255.0"', []),
    ],
)
def test_a_network(old: str, new: str, told: list[tuple[str, int]]) -> None:
    assert warnings(NETWORK.replace(old, new, 1)) == told


@pytest.fixture
def domain(tmp_path: Path) -> str:
    """A domain whose disks are there."""
    for name in ("lab-vm.qcow2", "installer.iso"):
        (tmp_path / name).touch()
    return DOMAIN.replace("/var/lib/libvirt/images", str(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", []),
        ("lab-vm.qcow2", "lab-wm.qcow2", [("file-missing", 47)]),
        ('dev="sda"', 'dev="vda"', [("duplicate-target", 58)]),
        (
            '<source bridge="br0"/>',
            '<mac address="52:54:00:12:34:56"/><source bridge="br0"/>',
            [("duplicate-mac", 77)],
        ),
        ('"br0"', '"a-bridge-too-far"', [("bridge-name-too-long", 77)]),
    ],
)
def test_a_domain(domain: str, old: str, new: str, told: list[tuple[str, int]]) -> None:
    assert warnings(domain.replace(old, new, 1)) == told


def test_a_disk_that_cannot_be_seen_is_not_said_to_be_missing(domain: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert warnings(domain.replace("lab-vm.qcow2", "file/lab-vm.qcow2")) == []


def test_a_link_to_nowhere_is_no_disk(domain: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/nowhere")
    assert warnings(domain.replace("lab-vm.qcow2", "link")) == [("file-missing", 47)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_what_libvirt_cannot_read(encoding: str) -> None:
    declared = {"latin-1": "ISO-8859-1"}.get(encoding, "UTF-16")
    content = f"<?xml version='1.0' encoding='{declared}'?>\n" + NETWORK.replace(">lab<", ">lån<")
    judgement = judge(content.encode(encoding))
    assert judgement.valid
    assert [problem.code for problem in judgement.problems] == ["encoding"]


def test_the_same_is_not_said_a_thousand_times() -> None:
    assert len(judge(NETWORK.replace(HOST, HOST * 1000).encode()).problems) == MAX_WARNINGS


def test_an_invalid_document_has_no_warnings() -> None:
    judgement = judge(NETWORK.replace("virbr7", "a-bridge-too-far").replace("<mtu", "<mut").encode())
    assert {problem.severity for problem in judgement.problems} == {"error"}
