"""A made-up host with one domain: right by default, and wrong where a test says so."""

from __future__ import annotations

from typing import Any

import checks.domain_devices
import checks.domain_hardware
import checks.domains  # noqa: F401 - registers
from tests.checks.fake_host import refusal
from tutor.host.cpu import cpu
from tutor.host.files import file_status
from tutor.host.images import image
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.domains import block_device, domain, in_session, pool_volume
from tutor.host.libvirt.networks import network

VM = "test-vm"
PATH = "/var/lib/libvirt/images/test-vm.qcow2"
GIB = 2**30

DISK = (
    f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{PATH}'/>"
    "<target dev='vda' bus='virtio'/></disk>"
)
CDROM = (
    "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/></disk>"
)
NIC = (
    "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/>"
    "<model type='virtio'/></interface>"
)
SCREEN = "<graphics type='spice' autoport='yes'/>"


def xml(
    devices: str = DISK + CDROM + NIC + SCREEN,
    memory: str = "<memory unit='KiB'>2097152</memory><currentMemory unit='KiB'>2097152</currentMemory>",
    vcpu: str = "<vcpu placement='static'>2</vcpu>",
    os: str = "<os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>",
    kind: str = "kvm",
) -> str:
    """A definition as libvirt writes it."""
    return f"<domain type='{kind}'><name>{VM}</name>{memory}{vcpu}{os}<devices>{devices}</devices></domain>"


def status(kind: str = "file", path: str = PATH) -> dict[str, Any]:
    """A file that the student can see and not read."""
    return {
        "path": path,
        "kind": kind,
        "mode": 0o600,
        "uid": 0,
        "gid": 0,
        "size": 1,
        "readable": False,
        "writable": False,
    }


def a_domain(definition: str | None = None, live: str | None = None, **changes: Any) -> dict[str, Any]:
    """What libvirt says of the domain; shut off, unless there is something live."""
    definition = xml() if definition is None else definition
    return {
        "name": VM,
        "uuid": "11111111-2222-3333-4444-555555555555",
        "state": "shut-off" if live is None else "running",
        "persistent": True,
        "autostart": False,
        "xml": definition if live is None else live,
        "inactive_xml": definition,
        **changes,
    }


def a_host(found: dict[str, Any] | None, **changes: Any) -> dict[Any, Any]:
    """The host's answers. ``size`` and ``length`` are what libvirt measures, ``file`` what lies at PATH.

    ``kvm`` is whether it is usable, ``content`` what QEMU says of the image.
    """
    seen = {
        "size": 30 * GIB,
        "length": 200_000,
        "file": status(),
        "content": refusal("not-permitted"),
        **changes,
    }
    measured = {"capacity": seen["size"], "allocation": 0, "physical": seen["length"]}
    return {
        domain(SYSTEM, VM): found,
        in_session("domain", VM): seen.get("in_session", False),
        connection(SYSTEM, "write"): {"open": True, "code": 0, "errno": 0, "libvirt": 0, "hypervisor": 0},
        cpu(): {"arch": "x86_64", "vendor": "", "flags": ["vmx"] if seen.get("kvm") else []},
        file_status("/dev/kvm"): status("character-device", "/dev/kvm") if seen.get("kvm") else None,
        "program": {"name": "x", "path": "/usr/bin/x"},
        "file": None,
        file_status("/var/lib/libvirt/images"): status("directory"),
        file_status(PATH): seen["file"],
        image(PATH): seen["content"],
        block_device(SYSTEM, VM, "vda"): measured if seen["size"] is not None else None,
        pool_volume(SYSTEM, "pool", "volume"): seen.get("volume"),
        network(SYSTEM, "default"): seen.get("network", {"name": "default", "active": True}),
    }


def content(kind: str, size: int) -> dict[str, Any]:
    """What QEMU says of the image."""
    return {"path": PATH, "format": kind, "virtual_size": size, "backing": None}
