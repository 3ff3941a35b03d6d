"""Files, folders, and lines of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from shlex import quote

from tutor.baseline.plan import NOT_KNOWN, WAS_THERE, Draft, used_by
from tutor.baseline.records import Lines, Place, held
from tutor.baseline.things import Thing, disks_of, of_kind
from tutor.text import Text, text

#: Where libvirt looks for scripts to run. They go first: they put back what goes after them.
_HOOKS = "/etc/libvirt/hooks/"


def hooks(draft: Draft) -> None:
    """The scripts that libvirt runs."""
    _take(draft, (thing for thing in of_kind(draft.things, "file") if thing.words[0].startswith(_HOOKS)))


def files(draft: Draft) -> None:
    """All others, and the disks that were made along with the course's domains.

    An image goes before the one that it rests on: so each can be seen to be needed by none that stays.
    """
    left = [*_disks(draft), *((thing, thing.words[0], None) for thing in of_kind(draft.things, "file"))]
    while free := [one for one in left if not _rests_below(draft, one[1], [path for _, path, _ in left])]:
        for thing, path, whose in free:
            _take_file(draft, thing, path, whose)
        left = [one for one in left if one not in free]
    for thing, path, whose in left:  # images that rest on one another in a circle: no such thing works
        _take_file(draft, thing, path, whose)
    _tell_other_disks(draft)


def _disks(draft: Draft) -> Iterator[tuple[Thing, str, Text | None]]:
    """Also of domains that are gone already: an interrupted run may have left them."""
    standing = {one["name"] for one in draft.staying}
    for thing in of_kind(draft.things, "domain"):
        # The files of a domain that was there before may have that name as well as it has.
        if thing.words[0] not in standing:
            called = text("disk of {name}", name=thing.words[0])
            yield from ((thing, path, called) for path in disks_of(thing.words[0]))


def _rests_below(draft: Draft, path: str, left: Sequence[str]) -> bool:
    """Whether something that may still go rests on it."""
    now = draft.now["places"].get(path)
    above = _resting(draft, path, now["real"]) if now else []
    return any(one != path and one in left for one in above)


def _take(draft: Draft, things: Iterable[Thing]) -> None:
    for thing in things:
        _take_file(draft, thing, thing.words[0], None)


def _take_file(draft: Draft, thing: Thing, path: str, whose: Text | None) -> None:
    now = draft.now["places"].get(path)
    if now is None or now["there"] is False:
        return
    called = text("file {path}", path=path)
    for why, foreign in _objections(draft, path, now):
        draft.refuse(thing, called, why, foreign=foreign)
        return
    draft.removed.add(path)
    effect = text("removed: {whose}", whose=whose) if whose else text("removed")
    draft.add(f"file {path} {now['identity']}", thing, called, effect, _removal(draft, path, now))


def _objections(draft: Draft, path: str, now: Place) -> Iterator[tuple[Text, bool]]:
    """Why a file is left alone, and whether it is known to be none of the course's; the first counts."""
    before = draft.before["places"].get(path)
    if now["there"] is None:
        yield text("it cannot be seen"), False
    if before is None or before["there"] is None:
        yield NOT_KNOWN, False
    elif before["there"]:
        yield WAS_THERE, True
    if now["kind"] not in ("file", "other"):
        yield text("it is no ordinary file"), False
    if draft.now["libvirt"] is None and not draft.now["absent"]:
        yield text("libvirt does not answer, so it is not known which domain needs it"), False
    users = draft.users_of(path, now["real"])
    if users:
        yield used_by(users), False
    above = _resting(draft, path, now["real"])
    if above:
        yield text("other disks rest on it: {names}", names=", ".join(above)), False
    if may_back_a_disk(path) and draft.now["unclear"]:
        names = ", ".join(draft.now["unclear"])
        yield text("it could not be seen whether these rest on it: {names}", names=names), False


def may_back_a_disk(path: str) -> bool:
    """All but what the lessons write as text."""
    return not path.endswith((".xml", "/portforward"))


def _resting(draft: Draft, *paths: str) -> list[str]:
    """The images whose backing file it is, but for those that go."""
    above = [path for path, backing in draft.now["backing"].items() if backing in paths]
    return sorted(path for path in above if path not in draft.removed)


def _removal(draft: Draft, path: str, now: Place) -> str:
    """By libvirt where one of its pools has the file: it may, and knows then that it is gone."""
    libvirt = draft.now["libvirt"]
    volumes = {volume["path"] for pool in (libvirt["pools"] if libvirt else []) for volume in pool["volumes"]}
    if path in volumes and now["kind"] == "file":
        return f"{draft.virsh} vol-delete {quote(path)}"
    return f"{'' if now['removable'] else draft.sudo}rm -f -- {quote(path)}"


def _tell_other_disks(draft: Draft) -> None:
    """Disks of the domains that go which are not under the course's names: they stay, and are named."""
    before = held(draft.before)
    libvirt = draft.now["libvirt"]
    things = {thing.words[0]: thing for thing in of_kind(draft.things, "domain")}
    mine = {path for name in things for path in disks_of(name)}
    mine |= {thing.words[0] for thing in draft.things if thing.kind == "file"}
    for domain in libvirt["domains"] if libvirt and before is not None else []:
        if domain["uuid"] in draft.doomed:
            for path in domain["disks"]:
                if path not in mine:
                    why = text("disk of {name}, under none of these names", name=domain["name"])
                    draft.refuse(things[domain["name"]], text("file {path}", path=path), why)


def folders(draft: Draft) -> None:
    """Folders that were made for the files that go, once they are empty."""
    for thing in of_kind(draft.things, "folder"):
        path = thing.words[0]
        now, before = draft.now["places"].get(path), draft.before["places"].get(path)
        if now is None or not now["there"] or now["kind"] != "directory":
            continue
        called = text("folder {path}", path=path)
        left = [name for name in now["names"] or [] if f"{path}/{name}" not in draft.removed]
        if before is None or before["there"] is None:
            draft.refuse(thing, called, NOT_KNOWN)
        elif before["there"]:
            draft.refuse(thing, called, WAS_THERE, foreign=True)
        elif now["names"] is None or left:
            draft.refuse(thing, called, text("it is not empty"), foreign=True)
        else:
            key, effect = f"folder {path} {now['identity']}", text("removed, being empty")
            sudo = "" if now["removable"] else draft.sudo
            draft.add(key, thing, called, effect, f"{sudo}rmdir -- {quote(path)}")


def lines(draft: Draft) -> None:
    """Lines of files that stay: those of the course that did not stand there before."""
    for thing in of_kind(draft.things, "line"):
        path, beginning = thing.words
        now, before = draft.now["lines"].get(path), draft.before["lines"].get(path)
        found = now["found"].get(beginning, []) if now else []
        if now is None or not found or path in draft.removed:
            continue
        old = before["found"].get(beginning, []) if before else []
        for line in dict.fromkeys(found):
            called = text("line of {path}: {line}", path=path, line=line)
            if before is None or before["there"] is None:
                draft.refuse(thing, called, NOT_KNOWN)
            elif line in old:
                draft.refuse(thing, called, WAS_THERE, foreign=True)
            else:
                _take_line(draft, thing, line, now, before)


def _take_line(draft: Draft, thing: Thing, line: str, now: Lines, before: Lines) -> None:
    path = thing.words[0]
    called = text("line of {path}: {line}", path=path, line=line)
    key = f"line {path} {line}"
    alone = {one for found in now["found"].values() for one in found} == {line} and not now["more"]
    if alone and before["there"] is False:
        draft.add(
            key,
            thing,
            called,
            text("removed, and with it the file, which holds nothing else"),
            f"rm -f -- {quote(path)}",
        )
        return
    # The whole line and no other; a link to a folder of dotfiles stays a link.
    command = f"sed -i --follow-symlinks {quote(f'/^{_literal(line)}$/d')} {quote(path)}"
    draft.add(key, thing, called, text("removed; the rest of the file stays"), command)


def _literal(line: str) -> str:
    """A basic regular expression that is this text (regex(7)), between slashes."""
    return re.sub(r"([]\\/.*^$[])", r"\\\1", line)
