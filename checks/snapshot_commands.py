"""Commands that put snapshots right: taken, described, returned to, deleted, and grown to a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from shlex import quote

from checks import domain_disks, snapshot_trees
from checks.domain_commands import definition, is_absent, known, manage
from checks.firmware import REVERTS_EXTERNAL, takes_internal
from checks.snapshot_trees import Tree, parents_first
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.snapshots import Snapshot
from tutor.host.libvirt.snapshots import snapshots as snapshots_question
from tutor.host.question import Unobservable
from tutor.text import text

#: What a fix writes about a first snapshot, and about one that comes after another.
DESCRIPTION, ANOTHER = "Min första snapshot", "Ännu en snapshot"

#: What the lesson calls the one taken after the first, and the one made to be deleted.
SECOND, THROWN_AWAY = "snap2", "snap-tmp"

#: How many children only a return can have given a snapshot.
_BRANCHES = 2

#: The size of a disk that a fix makes for a domain without one: nothing is ever installed on it.
_SIZE = "1G"


def taken_of(host: Host, domain: str) -> list[Snapshot]:
    """The snapshots of a domain that an earlier check has seen.

    :raises Unobservable: when it is gone in between.
    """
    found = host.ask(snapshots_question(SYSTEM, domain))
    if found is None:
        raise Unobservable("gone", text("the domain {name} is gone", name=domain))
    return found


def _known_of(host: Host, domain: str) -> list[Snapshot] | None:
    """The snapshots as far as a blocked check can tell: none of no domain, None where nobody could ask."""
    if is_absent(host, domain):
        return []
    try:
        return taken_of(host, domain)
    except Unobservable:
        return None


def must_be_off(host: Host, domain: str) -> bool:
    """Whether no snapshot can be taken until a person has shut the domain down: its firmware is UEFI."""
    with suppress(Unobservable):
        return not is_absent(host, domain) and not takes_internal(host, domain)
    return False


def _take(host: Host, domain: str, name: str, description: str = ANOTHER) -> str:
    return manage(host, "snapshot-create-as", domain, name, description)


def _revert(host: Host, domain: str, name: str, taken: Sequence[Snapshot]) -> str:
    command = manage(host, "snapshot-revert", domain, name)
    external = any(one["name"] == name and is_external(one) for one in taken)
    # libvirt makes a file for it, named after the second: another one within that is refused.
    return f"sleep 1; {command}" if external else command


def _delete(host: Host, domain: str, one: Snapshot) -> str:
    # A student's own snapshot may be called --metadata.
    command = manage(host, "snapshot-delete --", domain, one["name"])
    if not is_external(one):
        return command
    # libvirt 9.0 refuses where an internal one is the parent, or where its file is not in use:
    # then the file stays, with all that is in it, and only libvirt's note goes.
    return f"{command} || {manage(host, 'snapshot-delete --metadata --', domain, one['name'])}"


def is_external(one: Snapshot) -> bool:
    """Whether it lies in a file of its own, and not inside the image."""
    return "external" in (one["memory"], *one["disks"].values())


def _is_final(host: Host, one: Snapshot) -> bool:
    """Whether this libvirt does not return to it."""
    try:
        version = host.ask(connection(SYSTEM, "read"))["libvirt"]
    except Unobservable:
        version = 0
    return is_external(one) and version < REVERTS_EXTERNAL


def _prepare(host: Host, domain: str) -> tuple[str, ...]:
    """Give the domain what internal snapshots need: a disk, and qcow2 on each.

    A domain that is on keeps its disks until it is off, whatever is changed meanwhile.
    """
    wanted = domain_disks.Wanted(domain, "qcow2", None, None, None)
    new = domain_disks.Wanted(domain, "qcow2", _SIZE, None, None)
    if is_absent(host, domain):
        return domain_disks.add(host, new)
    commands: list[str] = []
    with suppress(Unobservable):
        if known(host, domain)["state"] != "shut-off":
            return ()
        disks = [disk for disk in definition(host, domain).disks if disk.device == "disk"]
        for disk in disks:
            behind = domain_disks.look_behind(host, wanted, disk)
            if behind.code is not None:
                commands += domain_disks.mend(host, new if behind.path is None else wanted, disk, behind)
        if not disks:
            commands += domain_disks.add(host, new)
    return tuple(commands)


def take_described(host: Host, *, domain: str, snapshot: str) -> tuple[str, ...]:
    """Take a described snapshot, of a domain that may yet need a disk to take it of."""
    if must_be_off(host, domain):
        return ()
    take = _take(host, domain, snapshot, DESCRIPTION)
    found = _known_of(host, domain)
    if found is None:
        return (f"{manage(host, 'snapshot-info', domain, snapshot)} >/dev/null 2>&1 || {take}",)
    return (*_prepare(host, domain), take)


def describe(host: Host, domain: str, one: Snapshot) -> str:
    """Give a snapshot a description, and leave all else as it is."""
    # The first name is the snapshot's own; its parent and its domain have names too.
    insert = f"sed '0,/<.name>/s|</name>|</name><description>{DESCRIPTION}</description>|'"
    show = manage(host, "snapshot-dumpxml --security-info", domain, one["name"])
    current = ("--current",) if one["current"] else ()
    redefine = manage(host, "snapshot-create", domain, "/dev/stdin", "--redefine", *current)
    return f"{show} | {insert} | {redefine}"


def make_return(host: Host, *, domain: str, snapshot: str) -> tuple[str, ...]:
    """Make a return to the snapshot visible: the snapshot, a child of it, and a return."""
    taken = _known_of(host, domain)
    back = _revert(host, domain, snapshot, taken or ())
    if taken is None:
        look = manage(host, "snapshot-list", domain, "--name", "--from", snapshot)
        return (f"{look} | grep -q . || {_take(host, domain, SECOND)}", back)
    found = next((one for one in taken if one["name"] == snapshot), None)
    children = [one for one in taken if one["parent"] == snapshot]
    if must_be_off(host, domain) or (found is not None and has_returned(found, len(children))):
        return ()
    branch = _take(host, domain, _free_name(SECOND, {one["name"] for one in taken}))
    if found is None:
        return (*take_described(host, domain=domain, snapshot=snapshot), branch, back)
    if _is_final(host, found):
        # Nobody returns to this one: an internal one in its place.
        anew = _take(host, domain, snapshot, DESCRIPTION)
        return (_delete(host, domain, found), anew, branch, back)
    if children:
        return (back,)
    # One command: the same one twice would be taken for a repetition.
    return (branch if found["current"] else f"{back} && {branch}", back)


def has_returned(one: Snapshot, children: int) -> bool:
    """Whether someone has returned to this snapshot: its first child comes without that."""
    return children >= _BRANCHES or (one["current"] and children > 0)


def throw_one_away(host: Host, *, domain: str) -> tuple[str, ...]:
    """What shows a deletion: a snapshot taken, seen and deleted."""
    found = _known_of(host, domain)
    return (*(_prepare(host, domain) if found == [] else ()), *throw_away(host, domain, found))


def throw_away(
    host: Host, domain: str, taken: Sequence[Snapshot] | None, taboo: Sequence[str] = ()
) -> tuple[str, ...]:
    """Make one, let the tool see it, and delete it."""
    if must_be_off(host, domain):
        return ()
    see = "tutor check snapshots/delete >/dev/null || true"
    name = THROWN_AWAY
    if taken is None:
        look = f"{manage(host, 'snapshot-info', domain, name)} >/dev/null 2>&1"
        take = f"{look} || {_take(host, domain, name)}"
        return (take, see, manage(host, "snapshot-delete", domain, name))
    there = next((one for one in taken if one["name"] == name), None)
    if there is not None and name not in taboo and not is_external(there):
        return (see, _delete(host, domain, there))
    name = _free_name(name, {*(one["name"] for one in taken), *taboo})
    return (_take(host, domain, name), see, manage(host, "snapshot-delete", domain, name))


def _free_name(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def sweep(host: Host, domain: str, left: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Delete from the images what libvirt has forgotten there. QEMU locks those of a domain that is on."""
    if known(host, domain)["state"] != "shut-off":
        return ()
    # Several of one name go in one command: the same one twice would be taken for a repetition.
    return tuple(
        " && ".join([f"sudo qemu-img snapshot -d {quote(name)} {quote(path)}"] * paths.count(path))
        for name, paths in left.items()
        for path in dict.fromkeys(paths)
    )


def regrow(host: Host, *, domain: str, tree: Mapping[str, str]) -> tuple[str, ...]:
    """Grow a tree where a blocked check could not look at it."""
    taken = _known_of(host, domain)
    return () if taken is None else grow(host, domain, with_roots(tree), taken)


def with_roots(tree: Mapping[str, str]) -> dict[str, str | None]:
    """A lesson's tree: TOML has no null, so a root's parent is empty there."""
    return {name: parent or None for name, parent in tree.items()}


def grow(host: Host, domain: str, wanted: Tree, taken: Sequence[Snapshot]) -> tuple[str, ...]:
    """Take away what is in the wrong place, leaves first, then take what is missing, parents first.

    Nothing where libvirt cannot get there: what is taken becomes a child of the current one, not a root.
    """
    if must_be_off(host, domain):
        return ()
    found = {one["name"]: one["parent"] for one in taken}
    no_return = [one["name"] for one in taken if _is_final(host, one)]
    kept = snapshot_trees.keepable(wanted, found, no_return)
    by_name = {one["name"]: one for one in taken}
    away = [name for name in reversed(parents_first(found)) if name not in kept]
    commands = [_delete(host, domain, by_name[name]) for name in away]
    if not kept:
        commands += _prepare(host, domain)
    current = next((one["name"] for one in taken if one["current"] and one["name"] in kept), None)
    for name in (name for name in parents_first(wanted) if name not in kept):
        parent = wanted[name]
        if parent is None and (kept or current is not None):
            return ()
        take = _take(host, domain, name, ANOTHER if parent else DESCRIPTION)
        # One command: to return to the same one twice would be taken for a repetition.
        there = parent is None or parent == current
        commands.append(take if there else f"{_revert(host, domain, parent or '', taken)} && {take}")
        current = name
    return tuple(commands)
