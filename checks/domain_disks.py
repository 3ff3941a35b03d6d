"""A domain's disk: what the course asks for, what lies behind it, and what would put it right."""

from __future__ import annotations

import re
from shlex import quote

from checks.commands import virsh
from checks.disks import create
from checks.domain_commands import edit, known, option, reference
from checks.domain_xml import Disk
from checks.domain_xml import read as read_definition
from checks.packages import install_missing
from checks.sizes import is_decimal, shown, to_bytes
from tutor.dataclass import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """The disk that a course asks for; None where any will do."""

    domain: str
    format: str
    size: str | None
    target: str | None
    bus: str | None

    @property
    def bytes(self) -> int | None:
        """The size, if one is asked for."""
        return None if self.size is None else to_bytes(self.size)

    def misplugged(self, disk: Disk) -> str | None:
        """What is wrong with the disk's bus and target, if anything is."""
        if (self.bus or disk.bus) != disk.bus:
            return "wrong-bus"
        return "wrong-target" if (self.target or disk.target) != disk.target else None


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a disk. ``code`` and ``observed`` say what is wrong with it, if anything is.

    ``path`` is None where there is no file to keep, ``format`` None where it is not known;
    ``capacity`` is what the guest sees, in bytes.
    """

    path: str | None
    format: str | None
    capacity: int
    code: str | None = None
    observed: Text | None = None


def look_behind(host: Host, wanted: Wanted, disk: Disk) -> Behind:
    """What the disk's data lies in, and what is wrong with that.

    :raises Unobservable: where it could not be seen.
    """
    if disk.pool is not None and disk.volume is not None:
        return _judged(host, wanted, disk, _volume(host, disk.pool, disk.volume))
    path = disk.source
    if path is None or not path.startswith("/"):
        return Behind(None, None, 0, "not-a-file", text("{target} is no file", target=disk.target))
    status, was_seen = _status(host, path)
    if was_seen and status is None:
        return _missing(path)
    # Somebody put a FIFO in the image's place: asked about it, libvirt's daemon would hang.
    if status is not None and status["kind"] not in ("file", "block-device"):
        return Behind(None, None, 0, "not-a-file", text("{path}: {kind}", path=path, kind=status["kind"]))
    return _judged(host, wanted, disk, _measured(host, wanted, disk, path))


def _volume(host: Host, pool: str, name: str) -> Behind:
    found = host.ask(pool_volume(SYSTEM, pool, name))
    if found is None:
        said = text("no active pool {pool} has a volume {volume}", pool=pool, volume=name)
        return Behind(None, None, 0, "volume-missing", said)
    return Behind(found["path"], found["format"], found["capacity"])


def _missing(path: str) -> Behind:
    return Behind(None, None, 0, "file-missing", text("there is no file {path}", path=path))


def _measured(host: Host, wanted: Wanted, disk: Disk, path: str) -> Behind:
    """By libvirt, which reads the file's header as root; by QEMU, with sudo, where that leaves a doubt."""
    if _runs_with_another(host, wanted, disk):
        return _as_read(path, host.ask(image(path)), 0)
    device = host.ask(block_device(SYSTEM, wanted.domain, disk.target))
    if device is None:
        return _missing(path)
    capacity = device["capacity"]
    if disk.format == "raw":
        return Behind(path, None, capacity)
    # Where the file is not what the driver type says, libvirt takes its length for the capacity.
    if capacity == device["physical"]:
        return _as_read(path, host.ask(image(path)), capacity)
    return Behind(path, disk.format, capacity)


def _runs_with_another(host: Host, wanted: Wanted, disk: Disk) -> bool:
    """Whether the running domain's disk of that name is not this one: libvirt measures the running one."""
    found = known(host, wanted.domain)
    return found["state"] != "shut-off" and not _is_live(host, wanted, disk)


def _is_live(host: Host, wanted: Wanted, disk: Disk) -> bool:
    found = known(host, wanted.domain)
    live = ((one.target, one.source) for one in read_definition(found["xml"]).disks)
    return found["state"] != "shut-off" and (disk.target, disk.source) in live


def _as_read(path: str, found: Image | None, capacity: int) -> Behind:
    if found is None:
        return _missing(path)
    return Behind(path, found["format"], found["virtual_size"] or capacity)


def _judged(host: Host, wanted: Wanted, disk: Disk, behind: Behind) -> Behind:
    """The same, with what is wrong with it."""
    if behind.code is not None:
        return behind
    if disk.format != wanted.format:
        said = text("{target} has driver type {format}", target=disk.target, format=disk.format)
        return replace(_looked_into(host, behind), code="wrong-format", observed=said)
    if wanted.bytes is not None and behind.capacity != wanted.bytes:
        behind = _looked_into(host, behind)
    if behind.format != wanted.format:
        return replace(behind, code="wrong-file-format", observed=_another_format(disk, behind))
    if wanted.size is None or behind.capacity == wanted.bytes:
        return behind
    code = "decimal-gigabytes" if is_decimal(behind.capacity, wanted.size) else "wrong-size"
    said = text(
        "{target}: {size} ({bytes} bytes)",
        target=disk.target,
        size=shown(behind.capacity),
        bytes=behind.capacity,
    )
    return replace(behind, code=code, observed=said)


def _another_format(disk: Disk, behind: Behind) -> Text:
    return text(
        "{target} has driver type {type}, but the file is {format}",
        target=disk.target,
        type=disk.format,
        format=behind.format or "-",
    )


def _looked_into(host: Host, behind: Behind) -> Behind:
    """With the file's own format and size, where they can be seen: the mending depends on them."""
    if behind.path is None:
        return behind
    try:
        found = host.ask(image(behind.path))
    except Unobservable:
        return behind
    return behind if found is None else _as_read(behind.path, found, behind.capacity)


def add(host: Host, wanted: Wanted) -> tuple[str, ...]:
    """A new image, and the change that plugs it in as the course asks."""
    path = _free(host, wanted)
    options = f"path={path},format={wanted.format},bus={wanted.bus or 'virtio'}"
    plug = edit(
        host,
        wanted.domain,
        "--add-device",
        "--disk",
        options + (f",target.dev={wanted.target}" if wanted.target else ""),
    )
    return (*create(host, path, wanted.size or DEFAULT_SIZE, wanted.format), *plug)


def mend(host: Host, wanted: Wanted, disk: Disk, behind: Behind) -> tuple[str, ...]:
    """A right file, and one change that plugs it in as the course asks."""
    path, commands = _right_file(host, wanted, disk, behind)
    options: list[str] = []
    if path != disk.source or disk.format != wanted.format:
        options += [f"path={option(path)}", f"driver.type={wanted.format}"]
    if disk.kind not in ("file", "block"):
        options += ["type=file", "source.pool=", "source.volume=", "source.protocol=", "source.name="]
    if wanted.misplugged(disk):
        options += [f"target.bus={wanted.bus or disk.bus}", f"target.dev={wanted.target or disk.target}"]
        # The old address belongs to the old bus: libvirt finds a new one.
        options.append("xpath1.delete=./address")
    if not options:
        return commands
    plug = edit(host, wanted.domain, "--edit", f"target={disk.target}", "--disk", ",".join(options))
    return (*commands, *plug)


def _right_file(host: Host, wanted: Wanted, disk: Disk, behind: Behind) -> tuple[str, tuple[str, ...]]:
    """The file that the disk should have, and the commands that make it. No file is written over."""
    size, asked = wanted.size or DEFAULT_SIZE, wanted.bytes
    if behind.code == "file-missing" and disk.kind == "file" and disk.source:
        return disk.source, create(host, disk.source, size, wanted.format)
    new = _free(host, wanted)
    # Shrinking would cut the guest's data off: a larger image is kept beside a new one.
    too_large = asked is not None and behind.capacity > asked
    if behind.path is None or too_large or behind.format in ("damaged", "other"):
        return new, create(host, new, size, wanted.format)
    grows = asked is not None and behind.capacity < asked
    if behind.format == wanted.format:
        return behind.path, _grow(host, wanted, disk, behind.path) if grows else ()
    source = f"-f {behind.format} " if behind.format else ""
    convert = f"sudo qemu-img convert -U {source}-O {wanted.format} {quote(behind.path)} {quote(new)}"
    return new, (*_tools(host), convert, *((_resize(new, wanted),) if grows else ()))


def _grow(host: Host, wanted: Wanted, disk: Disk, path: str) -> tuple[str, ...]:
    if _is_live(host, wanted, disk):
        # QEMU holds the file's lock, and has to know of it.
        size = wanted.size or DEFAULT_SIZE
        return (virsh(host, "blockresize", reference(host, wanted.domain), disk.target, size),)
    return (*_tools(host), _resize(path, wanted))


def _resize(path: str, wanted: Wanted) -> str:
    return f"sudo qemu-img resize -f {wanted.format} {quote(path)} {wanted.size}"


def _tools(host: Host) -> tuple[str, ...]:
    try:
        return install_missing(host, ["qemu-img"])
    except Unobservable:
        return ()


def _free(host: Host, wanted: Wanted) -> str:
    """A path in the images folder where nothing lies, named after the domain.

    In plain letters: virt-xml garbles an ampersand in a path, and splits it at a comma.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", wanted.domain)
    numbers = ("", *(f"-{number}" for number in range(1, _TRIES)))
    paths = [f"{IMAGES}/{stem}{number}.{wanted.format}" for number in numbers]
    return next((path for path in paths if _status(host, path)[0] is None), paths[-1])


def _status(host: Host, path: str) -> tuple[FileStatus | None, bool]:
    """What lies there, and whether that could be seen."""
    try:
        return host.ask(file_status(path)), True
    except Unobservable:
        return None, False
