"""Look at a machine for what the course may create there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from tutor.baseline.records import Firewall, Lines, Machine, Place, Running
from tutor.baseline.things import Thing, of_kind, paths_of
from tutor.course.records import SUBJECTS, Subject
from tutor.host.entries import entry
from tutor.host.files import file_status, file_text
from tutor.host.firewall import Firewall as Ruleset
from tutor.host.firewall import firewall as ruleset
from tutor.host.host import Host, together
from tutor.host.image_folders import backing_in
from tutor.host.images import absolute, image
from tutor.host.kernel import sysctl
from tutor.host.libvirt.connection import SYSTEM, SYSTEM_SOCKETS
from tutor.host.libvirt.inventory import Inventory, inventory
from tutor.host.programs import package, program
from tutor.host.question import Question, Unobservable
from tutor.host.users import user

T = TypeVar("T")

#: Where libvirt keeps its domains: they outlive its package.
DEFINITIONS = "/etc/libvirt/qemu"
_DAEMONS = ("libvirtd", "virtqemud")
_NO_PLACE: Place = {
    "there": False,
    "kind": "",
    "identity": "",
    "real": "",
    "removable": False,
    "names": None,
}
#: For a course that has nothing to do with it.
_NO_FIREWALL: Firewall = {"tables": [], "rules": {}, "handles": {}}
_COUNTER = re.compile(r"counter packets \d+ bytes \d+")
_HANDLE = re.compile(r"\s*# handle (\d+)$")


def look(
    host: Host,
    things: Sequence[Thing],
    *,
    uses: Collection[Subject] = SUBJECTS,
    refresh: bool = False,
    seen_firewall: Ruleset | None = None,
    read_firewall: bool = True,
) -> Machine:
    """The machine now. What could not be seen is None in it; nothing is raised.

    :param uses: the course's subjects: in others it has nothing, and they are not looked at.
    :param refresh: have libvirt look at its storage pools' folders, for what is going to be removed.
    :param seen_firewall: the ruleset, where it has been read already: reading it needs sudo.
    :param read_firewall: read it, where it has not.
    """
    packages = [thing.words[0] for thing in of_kind(things, "package")]
    asked = [inventory(SYSTEM, refresh=refresh)] if "libvirt" in uses else []
    together(host, *asked, *map(package, packages))
    absent = "libvirt" not in uses or is_absent(host)
    libvirt = None if absent else _or_none(host, inventory(SYSTEM, refresh=refresh))
    if seen_firewall is None and read_firewall and "firewall" in uses:
        seen_firewall = _or_none(host, ruleset())
    me = _or_none(host, user())
    return {
        "libvirt": libvirt,
        "absent": absent,
        "started": _started(libvirt, things),
        "places": {path: _place(host, path) for path in paths_of(things)},
        "lines": _lines(host, things),
        "firewall": _firewall(host, seen_firewall, things) if "firewall" in uses else _NO_FIREWALL,
        "forwarding": _or_none(host, sysctl("net.ipv4.ip_forward")) if uses else None,
        "packages": [name for name in packages if _or_none(host, package(name))],
        "groups": me["groups"] if me else [],
        "backing": _backing_in_pools(libvirt) if libvirt else {},
        "unclear": [],
    }


def look_again(
    host: Host,
    things: Sequence[Thing],
    known: Machine,
    *,
    uses: Collection[Subject] = SUBJECTS,
    seen_firewall: Ruleset | None = None,
    read_firewall: bool = True,
) -> Machine:
    """The gaps of ``known``, as they are now; what it knows is not looked at, and is as it says.

    :param uses: as for :func:`look`.
    :param seen_firewall: as for :func:`look`, as is ``read_firewall``.
    """
    absent = "libvirt" not in uses or (known["libvirt"] is None and is_absent(host))
    settled = known["libvirt"] is not None or absent or (known["absent"] and bool(known["started"]))
    libvirt = known["libvirt"] if settled else _or_none(host, inventory(SYSTEM))
    if known["firewall"] is None and seen_firewall is None and read_firewall:
        seen_firewall = _or_none(host, ruleset())
    places = {path: known["places"].get(path) for path in paths_of(things)}
    lines = {path: known["lines"].get(path) for path in _beginnings(things)}
    return {
        **known,
        "libvirt": libvirt,
        "absent": absent,
        "started": _started(libvirt, things),
        "places": {
            p: one if one and one["there"] is not None else _place(host, p) for p, one in places.items()
        },
        "lines": {
            path: one
            if one and one["there"] is not None
            else _lines_of(host, path, _beginnings(things)[path])
            for path, one in lines.items()
        },
        "firewall": known["firewall"] or _firewall(host, seen_firewall, things),
    }


def is_absent(host: Host) -> bool:
    """Whether there is no libvirt on the machine: then nothing is in it, and that was seen."""
    try:
        things = [host.ask(file_status(path)) for path in (DEFINITIONS, *SYSTEM_SOCKETS)]
    except Unobservable:
        return False
    return not any(things) and not any(host.ask(program(name)) for name in _DAEMONS)


def look_behind(host: Host, now: Machine, files: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Every file that each domain rests on, by every name; what could not be seen is added to ``now``.

    :param files: for each domain's uuid, the files of its definitions.
    """
    found = {uuid: _all_behind(host, now, paths) for uuid, paths in files.items()}
    now["unclear"] = sorted(set(now["unclear"]))
    return found


def look_beside(host: Host, now: Machine, folders: Iterable[str]) -> None:
    """Add to ``now`` what the disk images in these folders rest on: not each is a domain's, or a pool's."""
    for folder in sorted(set(folders)):
        try:
            found: dict[str, str] = host.ask(backing_in(folder))
            now["backing"].update(found)
        except Unobservable:
            now["unclear"].append(f"{folder}/*")


def _all_behind(host: Host, now: Machine, paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    left = list(paths)
    while left:
        path = left.pop()
        if path in found:
            continue
        found.add(path)
        try:
            below = now["backing"].get(path) or _backing(host, path)
            seen = host.ask(entry(path))
        except Unobservable:
            now["unclear"].append(path)
            continue
        left += [each for each in (below, seen and seen["real"]) if each]
    return found


def _backing_in_pools(libvirt: Inventory) -> dict[str, str]:
    volumes = [volume for pool in libvirt["pools"] for volume in pool["volumes"]]
    return {volume["path"]: volume["backing"] for volume in volumes if volume["backing"]}


def _backing(host: Host, path: str) -> str | None:
    status = host.ask(file_status(path))
    if status is None or status["kind"] != "file":
        return None
    seen = host.ask(image(path))
    return absolute(path, seen["backing"]) if seen and seen["backing"] else None


def _or_none(host: Host, question: Question[T]) -> T | None:
    try:
        return host.ask(question)
    except Unobservable:
        return None


def _started(libvirt: Inventory | None, things: Sequence[Thing]) -> dict[str, Running]:
    names = {thing.words[0] for thing in of_kind(things, "started")}
    return {
        network["name"]: {"active": network["active"], "autostart": network["autostart"]}
        for network in (libvirt["networks"] if libvirt else [])
        if network["name"] in names
    }


def _place(host: Host, path: str) -> Place:
    try:
        seen = host.ask(entry(path))
    except Unobservable:
        return {**_NO_PLACE, "there": None}
    if seen is None:
        return _NO_PLACE
    return {
        "there": True,
        "kind": seen["kind"],
        "identity": seen["identity"],
        "real": seen["real"],
        "removable": seen["removable"],
        "names": seen["names"],
    }


def _lines(host: Host, things: Sequence[Thing]) -> dict[str, Lines]:
    return {path: _lines_of(host, path, wanted) for path, wanted in _beginnings(things).items()}


def _beginnings(things: Sequence[Thing]) -> dict[str, list[str]]:
    """By file, how the course's lines begin."""
    found: dict[str, list[str]] = {}
    for thing in of_kind(things, "line"):
        path, beginning = thing.words
        found.setdefault(path, []).append(beginning)
    return found


def _lines_of(host: Host, path: str, beginnings: Sequence[str]) -> Lines:
    try:
        seen = host.ask(file_text(path))
    except Unobservable:
        return {"there": None, "found": {}, "more": True}
    # Not splitlines(): sed, which takes a line away, knows no end of a line but this one.
    lines = seen["text"].split("\n") if seen else []
    found = {one: [line for line in lines if line.startswith(one)] for one in beginnings}
    rest = [line for line in lines if line.strip() and not line.startswith(tuple(beginnings))]
    return {"there": seen is not None, "found": found, "more": bool(rest)}


def _firewall(host: Host, seen: Ruleset | None, things: Sequence[Thing]) -> Firewall | None:
    rules = [thing.name for thing in of_kind(things, "rule")]
    if seen is None:
        # Without a program that could make one there is no ruleset.
        gone = not any(host.ask(program(name)) for name in ("nft", "iptables"))
        return {"tables": [], "rules": dict.fromkeys(rules, 0), "handles": {}} if gone else None
    objects = [one["table"] for one in seen["json"]["nftables"] if isinstance(one.get("table"), Mapping)]
    handles = {rule: _handles(seen["text"], rule) for rule in rules if rule.startswith("nft ")}
    counts = {rule: len(handles[rule]) if rule in handles else _saved(seen["saved"], rule) for rule in rules}
    tables = sorted(f"{table['family']} {table['name']}" for table in objects)
    return {"tables": tables, "rules": counts, "handles": handles}


def _saved(saved: str, rule: str) -> int:
    """How often iptables' table filter has the rule ``iptables CHAIN ...``, as iptables-save prints it."""
    section = saved.partition("*filter\n")[2].partition("\nCOMMIT")[0]
    return section.split("\n").count(f"-A {rule.partition(' ')[2]}")


def _handles(text: str, rule: str) -> list[int]:
    """The numbers of the rule ``nft FAMILY TABLE CHAIN ...``, as ``nft -a list ruleset`` prints it."""
    _, family, table, chain, wanted = rule.split(" ", 4)
    body = _block(_block(text, f"table {family} {table} "), f"chain {chain} ")
    handles = []
    for line in body.split("\n"):
        number = _HANDLE.search(line)
        plain = _COUNTER.sub("counter", _HANDLE.sub("", line)).replace('"', "").strip()
        if number and plain == wanted:
            handles.append(int(number[1]))
    return handles


def _block(text: str, opening: str) -> str:
    """What stands in the braces after ``opening``, by the braces' indentation."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        bare = line.lstrip("\t")
        if bare.startswith(opening):
            closing = line[: len(line) - len(bare)] + "}"
            rest = lines[number + 1 :]
            return "\n".join(rest[: rest.index(closing)]) if closing in rest else ""
    return ""
