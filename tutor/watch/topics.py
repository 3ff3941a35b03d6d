"""Which events touch which questions.

A topic is a pair of words: what may change, and which one. An event names the topics that changed, a question
those that its answer hangs on; where they meet, the question is asked anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from tutor.dataclass import dataclass, field
from tutor.host.cpu import SYS_MODULE
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.processes import PID_FILES
from tutor.host.question import Question
from tutor.host.start_files import ENVIRONMENT, START_FILES, start_files

Topic = tuple[str, str]

LIBVIRT: Topic = ("libvirt", "")  # the connection came or went
POOLS: Topic = ("pools", "")
LINKS: Topic = ("links", "")
RULESET: Topic = ("ruleset", "")
#: Any one of them: what lists all domains hangs on each.
ANY = "*"

#: Where libvirt keeps definitions and autostart links, and the state of what runs; Debian lets all look in.
_DEFINED, _RUNNING = "/etc/libvirt/qemu", "/run/libvirt/qemu"
_NETWORKS = f"{_DEFINED}/networks"
_LEASES = "/var/lib/libvirt/dnsmasq"
_LIBVIRT_SOCKETS = "/run/libvirt"
#: systemd keeps a link here for each service that runs, and its enabled units in these folders.
_RUNNING_UNITS, _UNITS = "/run/systemd/units", "/etc/systemd/system"
_WANTS = ("multi-user.target.wants", "sockets.target.wants")
_PASSWD, _GROUP = "/etc/passwd", "/etc/group"
_SHELL_FILES = (ENVIRONMENT, "/etc/profile", "/etc/bash.bashrc", "/etc/zsh/zshrc", _PASSWD)


@dataclass(frozen=True, slots=True)
class Place:
    """What a student's paths mean.

    :param home: the home folder, absolute.
    :param path: the folders of the search path.
    :param journal: the journal's file, None without one.
    :param start_folders: by a shell's name, where this session says that it looks for its start-up files.
    """

    home: str
    path: tuple[str, ...] = ()
    journal: str | None = None
    start_folders: Mapping[str, str] = field(default_factory=dict)

    def expand(self, path: str) -> str:
        """A path of the course, absolute."""
        return os.path.normpath(self.home + path[1:] if path == "~" or path.startswith("~/") else path)


def path(name: str) -> Topic:
    """What lies at an absolute path."""
    return ("path", name)


def folder(name: str) -> Topic:
    """Which names are in a folder."""
    return ("folder", name)


def domain(name: str) -> Topic:
    """A domain of the system's libvirt."""
    return ("domain", name)


def network(name: str) -> Topic:
    """A network of the system's libvirt."""
    return ("network", name)


def topics(question: Question[object], place: Place) -> frozenset[Topic]:
    """What the answer to a question hangs on. A source that is not known here has no topics."""
    interest = _INTERESTS.get(question.source)
    if interest is None:
        return frozenset()
    try:
        return frozenset(interest(place, *question.args))
    except TypeError:  # another number of arguments: a source of somebody else's, so called
        return frozenset()


def _domain(_place: Place, uri: str, name: str, *_more: str) -> Iterator[Topic]:
    yield LIBVIRT
    if uri == SYSTEM:
        yield domain(name)
        yield path(f"{_DEFINED}/{name}.xml")
        yield path(f"{_DEFINED}/autostart/{name}.xml")
        yield path(f"{_RUNNING}/{name}.xml")


def _network(_place: Place, uri: str, name: str) -> Iterator[Topic]:
    yield LIBVIRT
    if uri == SYSTEM:
        yield network(name)
        yield path(f"{_NETWORKS}/{name}.xml")
        yield path(f"{_NETWORKS}/autostart/{name}.xml")
        yield path(f"{PID_FILES}/{name}.xml")


def _leases(_place: Place, uri: str, name: str) -> Iterator[Topic]:
    yield LIBVIRT
    if uri == SYSTEM:
        yield network(name)
        # Its file is named after the network's bridge.
        yield folder(_LEASES)


def _in_session(place: Place, kind: str, name: str) -> Iterator[Topic]:
    settings = f"{place.home}/.config/libvirt/qemu"
    yield path(f"{settings}/networks/{name}.xml" if kind == "network" else f"{settings}/{name}.xml")


def _unit(_place: Place, name: str) -> Iterator[Topic]:
    yield folder(_LIBVIRT_SOCKETS)  # a socket unit has no link, but makes and removes its socket
    stem = name.rpartition(".")[0]
    for unit in {name, f"{stem}.service", f"{stem}.socket"}:
        yield path(f"{_RUNNING_UNITS}/invocation:{unit}")
        yield path(f"{_UNITS}/{unit}")
        yield from (path(f"{_UNITS}/{wants}/{unit}") for wants in _WANTS)


def _shell(place: Place, *_args: str) -> Iterator[Topic]:
    for kind in START_FILES:
        for named in {"", place.start_folders.get(kind, "")}:
            files = start_files(kind, place.home, named)
            yield from map(path, files.paths())
            yield from map(folder, files.folders())
    yield from map(path, _SHELL_FILES)
    yield folder("/etc/profile.d")


def _journal(place: Place, *_args: str) -> Iterator[Topic]:
    if place.journal is not None:
        yield path(place.journal)


def _one_path(place: Place, name: str) -> Iterable[Topic]:
    return [path(place.expand(name))]


_INTERESTS: dict[str, Callable[..., Iterable[Topic]]] = {
    "libvirt.connection": lambda _place, *_args: [LIBVIRT, path(_GROUP)],
    "libvirt.domain": _domain,
    "libvirt.domains": lambda _place, *_args: [LIBVIRT, domain(ANY)],
    "libvirt.block-device": _domain,
    "libvirt.snapshots": _domain,
    "libvirt.network": _network,
    "libvirt.networks": lambda _place, *_args: [LIBVIRT, network(ANY)],
    "libvirt.leases": _leases,
    "libvirt.pools": lambda _place, *_args: [LIBVIRT, POOLS],
    "libvirt.volume": lambda _place, *_args: [LIBVIRT, POOLS],
    "libvirt.pool-volume": lambda _place, *_args: [LIBVIRT, POOLS],
    "libvirt.in-session": _in_session,
    "dnsmasq": lambda _place, name: [network(name), path(f"{PID_FILES}/{name}.pid")],
    "links": lambda _place: [LINKS],
    "routes": lambda _place: [LINKS],
    "listeners": lambda _place: [],
    "owned-listeners": lambda _place: [],
    "firewall": lambda _place: [RULESET],
    "file": _one_path,
    "file-text": _one_path,
    "link": _one_path,
    "document": _one_path,
    "image": _one_path,
    "images.backing": lambda place, name: [folder(place.expand(name))],
    "folder": lambda place, name: [folder(place.expand(name))],
    "program": lambda place, name: [path(f"{each}/{name}") for each in place.path],
    "package": lambda _place, _name: [path("/var/lib/dpkg/status")],
    "user": lambda _place: [path(_PASSWD), path(_GROUP)],
    "group": lambda _place, _name: [path(_GROUP)],
    "unit": _unit,
    "shell-variable": _shell,
    "answers": _journal,
    "remembered": _journal,
    "kvm-modules": lambda _place: [path(SYS_MODULE)],
    "cpu": lambda _place: [],
    "container": lambda _place: [],
    "system": lambda _place: [],
    "sysctl": lambda _place, _name: [],
}

#: Sources whose answers nothing tells of, or not all of it: looked at from time to time.
POLLED = frozenset({"libvirt.snapshots", "sysctl", "kvm-modules", "dnsmasq"})
#: Events tell of nearly everything; what they miss (a lease that runs out) is found in a longer while.
SELDOM = frozenset(
    ("libvirt.domain", "libvirt.network", "libvirt.leases", "libvirt.pool-volume", "unit", "listeners")
)
#: The event comes before what it tells of: systemd makes its link, and then starts the service.
EARLY = frozenset({"unit"})
#: Asked at each event, though most change nothing: the watch itself writes to the journal, and so do others.
ALWAYS_HEARD = frozenset({"answers", "remembered"})
#: Never asked without a reason: they start a shell, or may make sudo ask.
NEVER_POLLED = frozenset(
    ("firewall", "shell-variable", "image", "images.backing", "document", "owned-listeners")
)


def known_source(name: str) -> bool:
    """Whether this table says what the answers of a source hang on."""
    return name in _INTERESTS
