"""A domain's devices: disks, CD-ROMs, network interfaces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from shlex import quote

from checks.commands import virsh
from checks.disks import create
from checks.domain_xml import Definition, Disk, Nic
from checks.domain_xml import read as read_definition
from checks.domains import definition, edit, known, look_at, option, pending, reference, unless_there
from checks.packages import install_missing
from checks.sizes import is_decimal, shown, to_bytes
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import FileStatus, file_status
from tutor.host.host import Host
from tutor.host.images import Image, image
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import block_device, pool_volume
from tutor.host.question import Unobservable
from tutor.text import Text, text

IMAGES = "/var/lib/libvirt/images"

#: What a new disk is given where the course does not say.
DEFAULT_SIZE = "10G"

#: Names that are tried for a new image; more than any student leaves behind.
_TRIES = 50

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


@dataclass(frozen=True, slots=True)
class _Behind:
    """What lies behind a disk. ``code`` and ``observed`` say what is wrong with it, if anything is.

    ``path`` is None where there is no file to keep; ``capacity`` is in bytes.
    """

    path: str | None
    format: str | None
    capacity: int
    code: str | None = None
    observed: Text | None = None


# Disks


def _add_disk(
    host: Host,
    *,
    domain: str,
    format: str = "qcow2",  # noqa: A002 - the course's word
    size: str | None = None,
    target: str | None = None,
    bus: str | None = None,
) -> tuple[str, ...]:
    path = _free(host, domain, format)
    options = f"path={path},format={format},bus={bus or 'virtio'}" + (
        f",target.dev={target}" if target else ""
    )
    *before, make = create(host, path, size or DEFAULT_SIZE, format)
    *install, add = edit(host, domain, "--add-device", "--disk", options)
    # One command: where the disk is there already, no file may be left over.
    there = unless_there(host, domain, "device='disk'", (f"{{ {make} && {add}; }}",))
    return (*before, *install, *((make, add) if there[0].startswith("{") else there))


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
    disks = _disks(definition(host, domain))
    if not disks:
        fix = _add_disk(host, domain=domain, format=format, size=size, target=target, bus=bus)
        live = _disks(read_definition(known(host, domain)["xml"]))
        code = "live-only" if live else "no-disk"
        said = _LIVE_ONLY if live else text("{domain} has no disk", domain=domain)
        return failed(code, said, why=_WHY_DISK, hint=look_at(domain), fix=fix)
    # The most promising one's faults are told, where none is right.
    in_order = sorted(disks, key=lambda disk: disk.target != target)
    findings = (_judge_disk(host, wanted, disk) for disk in in_order)
    first = next(findings)
    return first if first.code is None else next((one for one in findings if one.code is None), first)


_LIVE_ONLY = text("attached only until the domain stops")


def _disks(found: Definition) -> list[Disk]:
    return [disk for disk in found.disks if disk.device == "disk"]


def _judge_disk(host: Host, wanted: _Wanted, disk: Disk) -> Finding:
    plug = _misplugged(wanted, disk)
    try:
        behind = _judge_behind(host, wanted, disk, _look_behind(host, wanted, disk))
    except Unobservable:
        if plug is None:
            raise
        behind = _Behind(disk.source, disk.format, 0)
    code = plug or behind.code
    values: dict[str, str | int] = {"target": disk.target, "bus": disk.bus, "format": disk.format}
    said = Text("{target} on {bus}: {format}, {size}", {**values, "size": shown(behind.capacity)})
    if code is None:
        note = pending(host, wanted.domain, lambda one: {(d.target, d.bus, d.format) for d in _disks(one)})
        return passed(said, note=note)
    fix = _mend_disk(host, wanted, disk, behind)
    observed = said if plug else behind.observed or said
    return failed(code, observed, why=_WHY_DISK, hint=look_at(wanted.domain), fix=fix)


def _misplugged(wanted: _Wanted, disk: Disk) -> str | None:
    if (wanted.bus or disk.bus) != disk.bus:
        return "wrong-bus"
    return "wrong-target" if (wanted.target or disk.target) != disk.target else None


def _look_behind(host: Host, wanted: _Wanted, disk: Disk) -> _Behind:
    """What the disk's data lies in, asked of libvirt, which reads the file's header as root."""
    if disk.pool is not None and disk.volume is not None:
        volume = host.ask(pool_volume(SYSTEM, disk.pool, disk.volume))
        said = text("no active pool {pool} has a volume {volume}", pool=disk.pool, volume=disk.volume)
        if volume is None:
            return _Behind(None, None, 0, "volume-missing", said)
        return _Behind(volume["path"], volume["format"], volume["capacity"])
    path = disk.source
    if path is None or not path.startswith("/"):
        return _Behind(None, None, 0, "not-a-file", text("{target} is no file", target=disk.target))
    status, seen = _status(host, path)
    if seen and status is None:
        return _missing(path)
    # Asking libvirt would hang its daemon, where somebody put a FIFO in the image's place.
    if status is not None and status["kind"] not in ("file", "block-device"):
        return _Behind(None, None, 0, "not-a-file", text("{path}: {kind}", path=path, kind=status["kind"]))
    return _measure(host, wanted, disk, path)


def _missing(path: str) -> _Behind:
    return _Behind(None, None, 0, "file-missing", text("there is no file {path}", path=path))


def _measure(host: Host, wanted: _Wanted, disk: Disk, path: str) -> _Behind:
    device = host.ask(block_device(SYSTEM, wanted.domain, disk.target))
    if device is None:
        return _missing(path)
    capacity = device["capacity"]
    if disk.format == "raw":
        return _Behind(path, None, capacity)
    # Where the file is not what the driver type says, libvirt takes its length for the capacity.
    if capacity == device["physical"]:
        return _as_read(path, host.ask(image(path)), capacity)
    if wanted.size is not None and capacity != to_bytes(wanted.size):
        try:
            return _as_read(path, host.ask(image(path)), capacity)
        except Unobservable:
            pass
    return _Behind(path, disk.format, capacity)


def _as_read(path: str, found: Image | None, capacity: int) -> _Behind:
    if found is None:
        return _missing(path)
    return _Behind(path, found["format"], found["virtual_size"] or capacity)


def _judge_behind(host: Host, wanted: _Wanted, disk: Disk, behind: _Behind) -> _Behind:
    """The same with what is wrong with it."""
    if behind.code is not None:
        return behind
    if disk.format != wanted.format:
        said = text("{target} has driver type {format}", target=disk.target, format=disk.format)
        return _blamed(_really(host, behind), "wrong-format", said)
    if behind.format != wanted.format:
        said = text(
            "{target} has driver type {type}, but the file is {format}",
            target=disk.target,
            type=disk.format,
            format=behind.format or "-",
        )
        return _blamed(behind, "wrong-file-format", said)
    if wanted.size is None or behind.capacity == to_bytes(wanted.size):
        return behind
    said = text("{target}: {size}", target=disk.target, size=shown(behind.capacity))
    return _blamed(
        behind, "decimal-gigabytes" if is_decimal(behind.capacity, wanted.size) else "wrong-size", said
    )


def _really(host: Host, behind: _Behind) -> _Behind:
    """With the file's own format and size, where they can be seen: the mending depends on them."""
    try:
        found = host.ask(image(behind.path or ""))
    except Unobservable:
        return behind
    return behind if found is None else _as_read(found["path"], found, behind.capacity)


def _blamed(behind: _Behind, code: str, observed: Text) -> _Behind:
    return _Behind(behind.path, behind.format, behind.capacity, code, observed)


def _mend_disk(host: Host, wanted: _Wanted, disk: Disk, behind: _Behind) -> tuple[str, ...]:
    """A right file, then one change that plugs it in rightly."""
    path, commands = _right_file(host, wanted, disk, behind)
    options: list[str] = []
    if path != disk.source or disk.format != wanted.format:
        options += [f"path={option(path)}", f"driver.type={wanted.format}"]
    if disk.kind not in ("file", "block"):
        options += ["type=file", "source.pool=", "source.volume=", "source.protocol=", "source.name="]
    if _misplugged(wanted, disk):
        bus, target = wanted.bus or disk.bus, wanted.target or disk.target
        # The old address belongs to the old bus: libvirt finds a new one.
        options += [f"target.bus={bus}", f"target.dev={target}", "xpath1.delete=./address"]
    if not options:
        return commands
    return (
        *commands,
        *edit(host, wanted.domain, "--edit", f"target={disk.target}", "--disk", ",".join(options)),
    )


def _right_file(host: Host, wanted: _Wanted, disk: Disk, behind: _Behind) -> tuple[str, tuple[str, ...]]:
    """The file that the disk should have, and the commands that make it. No file is written over."""
    size = wanted.size or DEFAULT_SIZE
    if behind.code == "file-missing" and disk.kind == "file" and disk.source:
        return disk.source, create(host, disk.source, size, wanted.format)
    too_large = wanted.size is not None and behind.capacity > to_bytes(wanted.size)
    new = _free(host, wanted.domain, wanted.format)
    if behind.path is None or too_large or behind.format in ("damaged", "other"):
        # Shrinking would cut the guest's data off: the larger image is kept beside a new one.
        return new, create(host, new, size, wanted.format)
    grows = wanted.size is not None and behind.capacity < to_bytes(wanted.size)
    if behind.format == wanted.format:
        return behind.path, _grow(host, wanted, disk, behind.path) if grows else ()
    source = f"-f {behind.format} " if behind.format else ""
    convert = f"sudo qemu-img convert -U {source}-O {wanted.format} {quote(behind.path)} {quote(new)}"
    grow = (f"sudo qemu-img resize -f {wanted.format} {quote(new)} {size}",) if grows else ()
    return new, (*_tools(host), convert, *grow)


def _grow(host: Host, wanted: _Wanted, disk: Disk, path: str) -> tuple[str, ...]:
    size = wanted.size or DEFAULT_SIZE
    found = known(host, wanted.domain)
    live = [one.source for one in read_definition(found["xml"]).disks if one.target == disk.target]
    if found["state"] in ("running", "blocked", "paused") and live == [disk.source]:
        # QEMU holds the file's lock, and has to know of it.
        return (virsh(host, "blockresize", reference(host, wanted.domain), disk.target, size),)
    return (*_tools(host), f"sudo qemu-img resize -f {wanted.format} {quote(path)} {size}")


def _tools(host: Host) -> tuple[str, ...]:
    try:
        return install_missing(host, ["qemu-img"])
    except Unobservable:
        return ()


def _free(host: Host, domain: str, kind: str) -> str:
    """A path in the images folder where nothing lies, named after the domain.

    In plain letters: virt-xml garbles an ampersand in a path, and splits it at a comma.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", domain)
    paths = [f"{IMAGES}/{stem}{number}.{kind}" for number in ("", *(f"-{n}" for n in range(1, _TRIES)))]
    return next((path for path in paths if _status(host, path)[0] is None), paths[-1])


def _status(host: Host, path: str) -> tuple[FileStatus | None, bool]:
    """What lies there, and whether that could be seen."""
    try:
        return host.ask(file_status(path)), True
    except Unobservable:
        return None, False


# CD-ROM drives


def _add_cdrom(host: Host, *, domain: str) -> tuple[str, ...]:
    add = edit(host, domain, "--add-device", "--disk", "device=cdrom")
    return unless_there(host, domain, "device='cdrom'", add)


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
        fix=edit(host, domain, "--add-device", "--disk", "device=cdrom"),
    )


# Network interfaces


def _add_nic(
    host: Host, *, domain: str, network: str | None = None, model: str | None = None
) -> tuple[str, ...]:
    return unless_there(host, domain, "<interface ", _new_nic(host, domain, network, model))


def _new_nic(host: Host, domain: str, network: str | None, model: str | None) -> tuple[str, ...]:
    return edit(host, domain, "--add-device", "--network", _nic_options(network or "default", model))


def _nic_options(network: str, model: str | None) -> str:
    return f"network={option(network)}" + (f",model={model}" if model else "")


@check("domain-nic", remedy=_add_nic)
def domain_nic(host: Host, *, domain: str, network: str | None = None, model: str | None = None) -> Finding:
    """The domain {domain} has the network interface that the course asks for."""
    nics = definition(host, domain).nics
    if not nics:
        live = read_definition(known(host, domain)["xml"]).nics
        said = _LIVE_ONLY if live else text("{domain} has no network interface", domain=domain)
        fix = _new_nic(host, domain, network, model)
        return _refuse_nic(domain, "live-only" if live else "no-nic", said, fix)
    if network is None:
        verdicts = [_fault(nic, None, model) for nic in nics]
        nic = nics[verdicts.index(None)] if None in verdicts else nics[0]
    else:
        nic = next((one for one in nics if one.network == network), nics[0])
    code = _fault(nic, network, model)
    others = tuple(one for one in nics if one is not nic) if network is not None else ()
    if code is None and not others:
        note = pending(
            host, domain, lambda one: sorted((n.network or n.kind, n.model or "", n.mac) for n in one.nics)
        )
        return passed(_shown(nic), note=note)
    mend = () if code is None else _mend_nic(host, domain, nic, network, model)
    return _refuse_nic(
        domain, "second-nic" if others else str(code), _shown(*nics), (*mend, *_remove(host, domain, others))
    )


def _fault(nic: Nic, network: str | None, model: str | None) -> str | None:
    """What is wrong with an interface, if anything is."""
    if network is not None and nic.network != network:
        return "wrong-network" if nic.kind == "network" else "not-a-network"
    if model is not None and nic.model != model:
        return "wrong-model"
    return "link-down" if nic.link == "down" else None


def _refuse_nic(domain: str, code: str, observed: Text, fix: tuple[str, ...]) -> Finding:
    return failed(code, observed, why=_WHY_NIC, hint=look_at(domain), fix=fix)


def _mend_nic(host: Host, domain: str, nic: Nic, network: str | None, model: str | None) -> tuple[str, ...]:
    """The interface anew under its own MAC: what belongs to a bridge or a port group must not stay behind."""
    chosen = _nic_options(network or nic.network or "default", model or nic.model)
    return edit(host, domain, "--edit", f"mac={nic.mac}", "--network", f"clearxml=yes,{chosen},mac={nic.mac}")


def _remove(host: Host, domain: str, nics: tuple[Nic, ...]) -> tuple[str, ...]:
    return tuple(
        command
        for nic in nics
        for command in edit(host, domain, "--remove-device", "--network", f"mac={nic.mac}")
    )


def _shown(*nics: Nic) -> Text:
    parts = [
        f"{nic.network or nic.kind} ({nic.model or '-'}{', link down' if nic.link == 'down' else ''})"
        for nic in nics
    ]
    return text("{interfaces}", interfaces=", ".join(parts))
