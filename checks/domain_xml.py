"""What a domain's definition says, read from libvirt's normalised XML (libvirt.org/formatdomain.html)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass, replace
from tutor.host.question import Unobservable
from tutor.host.xml import parse
from tutor.text import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Definitions remembered by their XML: every check of a domain asks for the same two.
_KNOWN = 128

#: What os/boot calls a device that has a boot order of its own.
_BOOT_NAMES = {"disk": "hd", "floppy": "fd", "interface": "network"}


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk: ``kind`` is file, block, volume, network ...; ``device`` is disk, cdrom, floppy or lun.

    ``source`` is the path of a file or a block device, ``pool`` and ``volume`` are what a disk of
    kind volume names instead; each is None where the disk has none.
    """

    kind: str
    device: str
    format: str
    target: str
    bus: str
    source: str | None
    pool: str | None
    volume: str | None


@dataclass(frozen=True, slots=True)
class Nic:
    """A network interface; ``network`` is None where it is not attached to a virtual network."""

    kind: str
    network: str | None
    model: str | None
    mac: str
    link: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A domain's definition. Memory is in KiB.

    ``ordered`` is what the devices with a boot order of their own are, first to last, in the words of
    ``boot``; libvirt lets a domain have these or ``boot``, never both. ``topology`` is whether sockets
    and cores are prescribed.
    """

    kind: str
    arch: str
    os_type: str
    memory: int
    current_memory: int
    vcpus: int
    current_vcpus: int
    topology: bool
    kernel: str
    boot: tuple[str, ...]
    ordered: tuple[str, ...]
    disks: tuple[Disk, ...]
    nics: tuple[Nic, ...]
    graphics: tuple[str, ...]

    @property
    def boots(self) -> str:
        """What the guest's system is loaded from first: hd, cdrom, network, kernel ..."""
        if self.kernel:
            return "kernel"
        return next(iter((*self.ordered, *self.boot)), "")


@lru_cache(_KNOWN)
def read(content: str) -> Definition:
    """The definition in ``content``, the XML that libvirt gave.

    Of a class that follows the same lessons, most domains differ in nothing but uuid and MAC addresses: then
    the document without them has been read before.

    :raises Unobservable: ``malformed``; libvirt writes no such thing, but a recording may hold it.
    """
    if "<!" in content or _MARK in content:  # what looks like an element there may be none
        return _read(content)
    macs: list[str] = []

    def mark(found: re.Match[str]) -> str:
        macs.append(found[2])
        return f"{found[1]}{_MARK}{len(macs) - 1}"

    try:
        found = _read(_MAC.sub(mark, _UUID.sub("", content)))
    except Unobservable:
        return _read(content)  # which names the right place
    if not macs:
        return found
    return replace(found, nics=tuple(_with_its_own(nic, macs) for nic in found.nics))


_UUID = re.compile(r"<uuid>[0-9a-fA-F-]{36}</uuid>")
_MAC = re.compile(r"""(<mac address=['"])([0-9a-fA-F:]{17})""")
#: Stands for a MAC address: a character that nobody has a use for.
_MARK = "\ue000"


def _with_its_own(nic: Nic, macs: list[str]) -> Nic:
    place = nic.mac.removeprefix(_MARK)
    return nic if place == nic.mac else replace(nic, mac=macs[int(place)].lower())


@lru_cache(_KNOWN)
def _read(content: str) -> Definition:
    try:
        return _definition(parse(content))
    except ValueError as error:
        why = str(error)[:200]
        raise Unobservable("malformed", text("the domain's XML is malformed: {error}", error=why)) from None


def _definition(root: Element) -> Definition:
    """:raises ValueError: for another document's root, and for what should be a number and is none."""
    if root.tag != "domain":
        raise ValueError(str(root.tag))
    memory = int(root.findtext("memory") or 0)
    vcpus = int(root.findtext("vcpu") or 1)
    return Definition(
        kind=root.get("type", ""),
        arch=_get(root, "os/type", "arch") or "",
        os_type=root.findtext("os/type") or "",
        memory=memory,
        current_memory=int(root.findtext("currentMemory") or memory),
        vcpus=vcpus,
        current_vcpus=int(_get(root, "vcpu", "current") or vcpus),
        topology=root.find("cpu/topology") is not None,
        kernel=root.findtext("os/kernel") or "",
        boot=tuple(element.get("dev", "") for element in root.findall("os/boot")),
        ordered=_in_boot_order(root),
        disks=tuple(_disk(element) for element in root.findall("devices/disk")),
        nics=tuple(_nic(element) for element in root.findall("devices/interface")),
        graphics=tuple(element.get("type", "") for element in root.findall("devices/graphics")),
    )


def _in_boot_order(root: Element) -> tuple[str, ...]:
    # Not only disks: a network interface, a hostdev or a redirdev may come first.
    found = [
        (int(order), element.get("device", "disk") if element.tag == "disk" else str(element.tag))
        for element in root.findall("devices/*")
        if (order := _get(element, "boot", "order"))
    ]
    return tuple(_BOOT_NAMES.get(name, name) for _, name in sorted(found))


def _disk(element: Element) -> Disk:
    return Disk(
        kind=element.get("type", ""),
        device=element.get("device", "disk"),
        format=_get(element, "driver", "type") or "raw",
        target=_get(element, "target", "dev") or "",
        bus=_get(element, "target", "bus") or "",
        source=_get(element, "source", "file") or _get(element, "source", "dev"),
        pool=_get(element, "source", "pool"),
        volume=_get(element, "source", "volume"),
    )


def _nic(element: Element) -> Nic:
    kind = element.get("type", "")
    return Nic(
        kind=kind,
        # A bridge's or a user interface's source may carry the attribute too, and libvirt ignores it there.
        network=_get(element, "source", "network") if kind == "network" else None,
        model=_get(element, "model", "type"),
        mac=(_get(element, "mac", "address") or "").lower(),
        link=_get(element, "link", "state") or "up",
    )


def _get(element: Element, path: str, name: str) -> str | None:
    found = element.find(path)
    return None if found is None else found.get(name)
