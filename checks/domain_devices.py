"""A domain's devices: disks, CD-ROMs, network interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote

from checks.commands import virsh, virt_xml
from checks.disks import create
from checks.domain_xml import Disk, Nic
from checks.domain_xml import read as read_definition
from checks.domains import definition, guarded, known, look_at
from checks.sizes import is_decimal, shown, to_bytes
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import block_device
from tutor.host.question import Unobservable
from tutor.text import Text, text

IMAGES = "/var/lib/libvirt/images"

#: What a new disk is given where the course does not say.
DEFAULT_SIZE = "10G"

_WHY_DISK = text("The disk is what the guest's system is installed on.")
_WHY_NIC = text("The network interface decides which network the guest is on, and how fast it is there.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The disk that a course asks for; None where any will do."""

    domain: str
    format: str
    size: str | None
    target: str | None
    bus: str | None


def _add_disk(
    host: Host,
    *,
    domain: str,
    format: str = "qcow2",  # noqa: A002 - the course's word
    size: str | None = None,
    target: str | None = None,
    bus: str | None = None,
) -> tuple[str, ...]:
    path = f"{IMAGES}/{domain}.{format}"
    options = f"path={path},format={format},bus={bus or 'virtio'}" + (f",target.dev={target}" if target else "")
    *before, make = create(host, path, size or DEFAULT_SIZE, format)
    look = f"{virsh(host, 'domblklist', '--details', domain)} | grep -qw disk"
    add = virt_xml(host, domain, "--add-device", "--disk", options)
    return (*before, f"sudo test -e {quote(path)} || {make}", guarded(host, domain, look, add))


@check("domain-disk", remedy=_add_disk)
def domain_disk(
    host: Host,
    *,
    domain: str,
    format: str = "qcow2",  # noqa: A002 - the course's word
    size: str | None = None,
    target: str | None = None,
    bus: str | None = None,
) -> Finding:
    """The domain {domain} has the disk that the course asks for."""
    wanted = _Wanted(domain, format, size, target, bus)
    disks = [disk for disk in definition(host, domain).disks if disk.device == "disk"]
    if not disks:
        fix = _add_disk(host, domain=domain, format=format, size=size, target=target, bus=bus)
        return _refuse(wanted, "no-disk", text("{domain} has no disk", domain=domain), fix)
    in_order = sorted(disks, key=lambda disk: disk.target != target)
    findings = [_judge_disk(host, wanted, disk) for disk in in_order]
    return next((one for one in findings if one.code is None), findings[0])


def _judge_disk(host: Host, wanted: _Wanted, disk: Disk) -> Finding:
    where = text("{target} on {bus}", target=disk.target, bus=disk.bus)
    if (wanted.bus or disk.bus) != disk.bus:
        return _refuse(wanted, "wrong-bus", where, _plug_elsewhere(host, wanted, disk))
    if (wanted.target or disk.target) != disk.target:
        return _refuse(wanted, "wrong-target", where, _plug_elsewhere(host, wanted, disk))
    if disk.format != wanted.format:
        said = text("{target} has driver type {format}", target=disk.target, format=disk.format)
        return _refuse(wanted, "wrong-format", said, _convert(host, wanted, disk))
    if disk.source is not None and not _exists(host, disk.source):
        fix = create(host, disk.source, wanted.size or DEFAULT_SIZE, wanted.format)
        return _refuse(wanted, "file-missing", text("there is no file {path}", path=disk.source), fix)
    return _judge_size(host, wanted, disk)


def _judge_size(host: Host, wanted: _Wanted, disk: Disk) -> Finding:
    # Libvirt reads the file's own header, as root: no sudo is needed, whether the domain runs or not.
    device = host.ask(block_device(SYSTEM, wanted.domain, disk.target))
    capacity = device["capacity"] if device else 0
    values: dict[str, str | int] = {"target": disk.target, "bus": disk.bus, "format": disk.format}
    said = Text("{target} on {bus}: {format}, {size}", {**values, "size": shown(capacity)})
    if wanted.size is None or capacity == to_bytes(wanted.size):
        return passed(said)
    code = "decimal-gigabytes" if is_decimal(capacity, wanted.size) else "wrong-size"
    return _refuse(wanted, code, said, _resize(host, wanted, disk, capacity))


def _refuse(wanted: _Wanted, code: str, observed: Text, fix: tuple[str, ...]) -> Finding:
    return failed(code, observed, why=_WHY_DISK, hint=look_at(wanted.domain), fix=fix)


def _exists(host: Host, path: str) -> bool:
    """Whether the file is there; what cannot be seen is left to libvirt."""
    try:
        return host.ask(file_status(path)) is not None
    except Unobservable:
        return True


def _plug_elsewhere(host: Host, wanted: _Wanted, disk: Disk) -> tuple[str, ...]:
    bus, target = wanted.bus or disk.bus, wanted.target or disk.target
    # The old address belongs to the old bus: libvirt finds a new one.
    options = f"target.bus={bus},target.dev={target},address.type="
    return (virt_xml(host, wanted.domain, "--edit", f"target={disk.target}", "--disk", options),)


def _convert(host: Host, wanted: _Wanted, disk: Disk) -> tuple[str, ...]:
    """A copy in the right format; the old file is kept. The source's real format is detected."""
    old = disk.source or ""
    new = f"{old}.{wanted.format}"
    grow = (f"sudo qemu-img resize {quote(new)} {wanted.size}",) if wanted.size else ()
    return (
        f"sudo qemu-img convert -U -O {wanted.format} {quote(old)} {quote(new)}",
        *grow,
        _use(host, wanted, disk, new),
    )


def _resize(host: Host, wanted: _Wanted, disk: Disk, capacity: int) -> tuple[str, ...]:
    size, path = wanted.size or DEFAULT_SIZE, disk.source or ""
    if capacity < to_bytes(size):
        if known(host, wanted.domain)["state"] in ("running", "paused"):
            return (virsh(host, "blockresize", wanted.domain, disk.target, size),)
        return (f"sudo qemu-img resize {quote(path)} {size}",)
    # Shrinking would cut the guest's data off: the larger image is kept beside a new one.
    new = f"{path}.{size}"
    return (f"sudo qemu-img create -f {wanted.format} {quote(new)} {size}", _use(host, wanted, disk, new))


def _use(host: Host, wanted: _Wanted, disk: Disk, path: str) -> str:
    options = f"path={path},driver.type={wanted.format}"
    return virt_xml(host, wanted.domain, "--edit", f"target={disk.target}", "--disk", options)


def _add_cdrom(host: Host, *, domain: str) -> tuple[str, ...]:
    look = f"{virsh(host, 'domblklist', '--details', domain)} | grep -qw cdrom"
    return (guarded(host, domain, look, virt_xml(host, domain, "--add-device", "--disk", "device=cdrom")),)


@check("domain-cdrom", remedy=_add_cdrom)
def domain_cdrom(host: Host, *, domain: str) -> Finding:
    """The domain {domain} has a CD-ROM drive."""
    drives = [disk for disk in definition(host, domain).disks if disk.device == "cdrom"]
    if drives:
        return passed(text("CD-ROM drive {target}", target=drives[0].target))
    return failed(
        "no-cdrom",
        text("{domain} has no CD-ROM drive", domain=domain),
        why=text("The installation medium goes into it."),
        hint=look_at(domain),
        fix=(virt_xml(host, domain, "--add-device", "--disk", "device=cdrom"),),
    )


def _add_nic(
    host: Host, *, domain: str, network: str | None = None, model: str | None = None
) -> tuple[str, ...]:
    look = f"{virsh(host, 'domiflist', domain)} | grep -Eq ' (network|bridge|user) '"
    options = f"network={network or 'default'}" + (f",model={model}" if model else "")
    return (guarded(host, domain, look, virt_xml(host, domain, "--add-device", "--network", options)),)


@check("domain-nic", remedy=_add_nic)
def domain_nic(host: Host, *, domain: str, network: str | None = None, model: str | None = None) -> Finding:
    """The domain {domain} has the network interface that the course asks for."""
    nics = definition(host, domain).nics
    fix = _add_nic(host, domain=domain, network=network, model=model)
    if not nics:
        live = read_definition(known(host, domain)["xml"]).nics
        if live:
            return _refuse_nic(domain, "live-only", text("attached only until the domain stops"), fix[-1:])
        return _refuse_nic(domain, "no-nic", text("{domain} has no network interface", domain=domain), fix)
    if len(nics) > 1 and network is not None:
        return _refuse_nic(domain, "second-nic", _shown(*nics), _remove_others(host, domain, nics, network))
    return _judge_nic(host, domain, nics[0], network, model)


def _judge_nic(host: Host, domain: str, nic: Nic, network: str | None, model: str | None) -> Finding:
    if network is not None and nic.network != network:
        code = "wrong-network" if nic.kind == "network" else "not-a-network"
        options = f"type=network,source.network={network},source.bridge=" + (f",model.type={model}" if model else "")
        return _refuse_nic(domain, code, _shown(nic), _edit_nic(host, domain, nic, options))
    if model is not None and nic.model != model:
        return _refuse_nic(domain, "wrong-model", _shown(nic), _edit_nic(host, domain, nic, f"model.type={model}"))
    return passed(_shown(nic))


def _refuse_nic(domain: str, code: str, observed: Text, fix: tuple[str, ...]) -> Finding:
    return failed(code, observed, why=_WHY_NIC, hint=look_at(domain), fix=fix)


def _edit_nic(host: Host, domain: str, nic: Nic, options: str) -> tuple[str, ...]:
    return (virt_xml(host, domain, "--edit", f"mac={nic.mac}", "--network", options),)


def _remove_others(host: Host, domain: str, nics: tuple[Nic, ...], network: str) -> tuple[str, ...]:
    kept = next((nic for nic in nics if nic.network == network), nics[0])
    return tuple(
        virt_xml(host, domain, "--remove-device", "--network", f"mac={nic.mac}") for nic in nics if nic is not kept
    )


def _shown(*nics: Nic) -> Text:
    parts = [f"{nic.network or nic.kind} ({nic.model or 'rtl8139'})" for nic in nics]
    return text("{interfaces}", interfaces=", ".join(parts))
