"""Which snapshots a domain's firmware allows, on this version of libvirt."""

from __future__ import annotations

from checks.domain_commands import known
from tutor.grading.finding import passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.question import Unobservable
from tutor.host.xml import shared
from tutor.text import Text, text

#: Since when libvirt returns to external snapshots, and takes internal ones of running UEFI guests
#: whose NVRAM is qcow2 (libvirt.org/news.html, 9.9.0 and 10.9.0 with 10.10.0).
REVERTS_EXTERNAL = 9_009_000
TAKES_QCOW2_NVRAM = 10_010_000

_BIOS = text("BIOS: internal snapshots work, whether it runs or not")
_OLD = text(
    "UEFI: internal snapshots work only while it is shut off; external ones can be taken, but not returned to"
)
_NEWER = text("UEFI: internal snapshots work only while it is shut off; external ones work altogether")
_QCOW2 = text("UEFI with NVRAM in qcow2: internal snapshots work, whether it runs or not")
_RAW = text(
    "UEFI with raw NVRAM: internal snapshots work only while it is shut off; external ones work altogether"
)


@check("snapshot-firmware")
def snapshot_firmware(host: Host, *, domain: str) -> Finding:
    """It is known which snapshots the firmware of the domain {domain} allows here."""
    version = host.ask(connection(SYSTEM, "read"))["libvirt"]
    if not version:
        raise Unobservable("not-answering", text("libvirt's version is not known"))
    return passed(_allowed(known(host, domain)["inactive_xml"], version))


def takes_internal(host: Host, domain: str) -> bool:
    """Whether libvirt takes an internal snapshot of the domain as it is now: of one that is off, always.

    :raises Unobservable: when the domain or libvirt's version cannot be asked for.
    """
    found = known(host, domain)
    allowed = _allowed(found["inactive_xml"], host.ask(connection(SYSTEM, "read"))["libvirt"])
    return found["state"] == "shut-off" or allowed in (_BIOS, _QCOW2)


def _allowed(xml: str, version: int) -> Text:
    root = shared(xml)
    system, loader, nvram = root.find("os"), root.find("os/loader"), root.find("os/nvram")
    uefi = (system is not None and system.get("firmware") == "efi") or (
        loader is not None and loader.get("type") == "pflash"
    )
    if not uefi:
        return _BIOS
    if version < REVERTS_EXTERNAL:
        return _OLD
    if version < TAKES_QCOW2_NVRAM:
        return _NEWER
    return _QCOW2 if nvram is not None and nvram.get("format") == "qcow2" else _RAW
