"""The guests that there are already: whether QEMU finds their images."""

from __future__ import annotations

from collections import Counter
from shlex import quote

from checks.commands import virsh
from checks.domain_xml import Disk, read
from tutor.dataclass import dataclass
from tutor.doctor.findings import Finding, advice, problem
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, probe
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import domain, domain_names
from tutor.host.programs import program
from tutor.host.question import Unobservable
from tutor.host.reach import way
from tutor.text import text

_WHY = text("Such a guest does not start: libvirt says that it cannot access the storage file.")


@dataclass(frozen=True, slots=True)
class _Plugged:
    """A disk, and the domain that has it."""

    domain: str
    disk: Disk
    path: str


@probe("guests-images", after=("access",))
def guests_images(host: Host, _needs: Needs) -> Answers:
    """The images and media of your guests are there, and QEMU reaches them."""
    plugged = _plugged(host)
    for one in plugged:
        yield from _reached(host, one)
    twice = Counter(one.path for one in plugged if one.disk.device == "disk")
    for path in (path for path, times in twice.items() if times > 1):
        yield advice(
            "image-shared",
            text("several guests have {path}: {names}", path=path, names=_names(plugged, path)),
            why=text("QEMU locks an image: of these guests only one can run at a time."),
        )
    yield text("images and media: {count}", count=len(plugged))


def _plugged(host: Host) -> list[_Plugged]:
    found = []
    for name in host.ask(domain_names(SYSTEM)):
        seen = host.ask(domain(SYSTEM, name))
        disks = read(seen["inactive_xml"]).disks if seen else ()
        found += [_Plugged(name, disk, disk.source) for disk in disks if disk.source and disk.kind == "file"]
    return found


def _reached(host: Host, one: _Plugged) -> Answers:
    found = host.ask(way(one.path))
    closed = [step["path"] for step in found["steps"] if not step["passable"]]
    if closed:
        yield problem(
            "image-out-of-reach",
            text(
                "{path} of {name}: {user} gets no further than {folder}",
                path=one.path,
                name=one.domain,
                user=found["user"] or "-",
                folder=closed[0],
            ),
            why=_WHY,
            hint=text(
                "Images belong in /var/lib/libvirt/images; a home folder is closed to others, and rightly so."
            ),
            fix=_open(host, found["user"] or "", closed),
        )
    elif _is_missing(host, one.path):
        yield _missing(host, one)


def _open(host: Host, account: str, folders: list[str]) -> tuple[str, ...]:
    """To QEMU's account alone, where the system can say so."""
    if host.ask(program("setfacl")) is not None:
        return tuple(f"sudo setfacl -m u:{account}:x {quote(folder)}" for folder in folders)
    return tuple(f"sudo chmod o+x {quote(folder)}" for folder in folders)


def _is_missing(host: Host, path: str) -> bool:
    try:
        return host.ask(file_status(path)) is None
    except Unobservable:  # in a folder that this user cannot look into
        return False


def _missing(host: Host, one: _Plugged) -> Finding:
    what = text("{path} of {name} is not there", path=one.path, name=one.domain)
    if one.disk.device == "cdrom":
        hint = text("The medium is gone: take it out of the guest's drive, or put the file back.")
        fix = [virsh(host, "change-media", one.domain, one.disk.target, "--eject", "--config")]
        return problem("image-missing", what, why=_WHY, hint=hint, fix=fix)
    hint = text("Look for another spelling of it, or correct the guest: virsh -c qemu:///system edit")
    return problem("image-missing", what, why=_WHY, hint=hint)


def _names(plugged: list[_Plugged], path: str) -> str:
    return ", ".join(one.domain for one in plugged if one.path == path)
