"""What a domain's definition says, read from libvirt's normalised XML (libvirt.org/formatdomain.html)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.host.xml import parse

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk: ``device`` is disk, cdrom, floppy or lun; ``source`` a path, or None."""

    device: str
    format: str
    target: str
    bus: str
    source: str | None
    boot_order: int | None


@dataclass(frozen=True, slots=True)
class Nic:
    """A network interface; ``network`` is None where it is not attached to a virtual network."""

    kind: str
    network: str | None
    model: str | None
    mac: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A domain's definition. Memory is in KiB."""

    kind: str
    arch: str
    os_type: str
    memory: int
    current_memory: int
    vcpus: int
    current_vcpus: int
    boot: tuple[str, ...]
    disks: tuple[Disk, ...]
    nics: tuple[Nic, ...]
    graphics: tuple[str, ...]


def read(content: str) -> Definition:
    """The definition in ``content``, the XML that libvirt gave."""
    root = parse(content)
    memory = int(root.findtext("memory") or 0)
    vcpu = root.find("vcpu")
    vcpus = int(vcpu.text or 0) if vcpu is not None else 1
    os_type = root.find("os/type")
    return Definition(
        kind=root.get("type", ""),
        arch=os_type.get("arch", "") if os_type is not None else "",
        os_type=(os_type.text or "") if os_type is not None else "",
        memory=memory,
        current_memory=int(root.findtext("currentMemory") or memory),
        vcpus=vcpus,
        current_vcpus=int(vcpu.get("current", vcpus)) if vcpu is not None else vcpus,
        boot=tuple(element.get("dev", "") for element in root.findall("os/boot")),
        disks=tuple(_disk(element) for element in root.findall("devices/disk")),
        nics=tuple(_nic(element) for element in root.findall("devices/interface")),
        graphics=tuple(element.get("type", "") for element in root.findall("devices/graphics")),
    )


def _disk(element: _Element) -> Disk:
    order = _get(element, "boot", "order")
    return Disk(
        device=element.get("device", "disk"),
        format=_get(element, "driver", "type") or "raw",
        target=_get(element, "target", "dev") or "",
        bus=_get(element, "target", "bus") or "",
        source=_get(element, "source", "file") or _get(element, "source", "dev"),
        boot_order=int(order) if order else None,
    )


def _nic(element: _Element) -> Nic:
    return Nic(
        kind=element.get("type", ""),
        network=_get(element, "source", "network"),
        model=_get(element, "model", "type"),
        mac=(_get(element, "mac", "address") or "").lower(),
    )


def _get(element: _Element, child: str, name: str) -> str | None:
    found = element.find(child)
    return None if found is None else found.get(name)
