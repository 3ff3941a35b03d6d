"""Snapshots: made, returned to, taken away, and the tree that they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from checks.domain_commands import definition, known
from checks.snapshot_commands import (
    describe,
    grow,
    has_returned,
    is_external,
    make_return,
    must_be_off,
    regrow,
    sweep,
    take_described,
    taken_of,
    throw_away,
    throw_one_away,
    with_roots,
)
from checks.snapshot_trees import Tree, drawn
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.images import Image, image
from tutor.host.libvirt.snapshots import Snapshot
from tutor.host.memory import remembered
from tutor.host.question import Unobservable
from tutor.text import Text, text

_WHY = text("A snapshot is a point that you can return to, and tell others about by its description.")


def _look(domain: str) -> Text:
    return text("Look at: virsh -c qemu:///system snapshot-list --tree {domain}", domain=quote(domain))


def _hint(host: Host, domain: str, usual: Text) -> Text:
    """What stands in the way of any snapshot, or else the usual hint."""
    if not must_be_off(host, domain):
        return usual
    return text(
        "{name} has UEFI and is on: libvirt takes internal snapshots of it only while it is off."
        " Shut it down: virsh -c qemu:///system shutdown {domain} (destroy pulls the plug)",
        name=domain,
        domain=quote(domain),
    )


@check("snapshot-described", remedy=take_described)
def snapshot_described(host: Host, *, domain: str, snapshot: str) -> Finding:
    """The domain {domain} has a snapshot {snapshot}, with a description."""
    found = next((one for one in taken_of(host, domain) if one["name"] == snapshot), None)
    if found is None:
        return failed(
            "missing",
            text("{domain} has no snapshot {name}", domain=domain, name=snapshot),
            why=_WHY,
            hint=_hint(host, domain, _look(domain)),
            fix=take_described(host, domain=domain, snapshot=snapshot),
        )
    if found["description"]:
        return passed(text("{name}: “{words}”", name=snapshot, words=found["description"]))
    return failed(
        "no-description",
        text("{name} has no description", name=snapshot),
        why=_WHY,
        hint=_look(domain),
        fix=(describe(host, domain, found),),
    )


@check("snapshot-reverted", remedy=make_return)
def snapshot_reverted(host: Host, *, domain: str, snapshot: str) -> Finding:
    """The domain {domain} has been returned to its snapshot {snapshot}."""
    taken = taken_of(host, domain)
    children = [one["name"] for one in taken if one["parent"] == snapshot]
    found = next((one for one in taken if one["name"] == snapshot), None)
    if found is not None and has_returned(found, len(children)):
        names = ", ".join(children)
        if found["current"]:
            said = text("{name} is current, although {children} came after it", name=snapshot, children=names)
        else:
            said = text("{name} has the branches {children}", name=snapshot, children=names)
        return passed(said)
    return failed(
        "not-reverted",
        text("nothing shows a return to {name}", name=snapshot),
        why=text("Only what came after a snapshot shows that someone returned to it: a branch of its own."),
        hint=_hint(
            host,
            domain,
            text(
                "Take another snapshot, then return to {name}: it is current then, and has a child.",
                name=snapshot,
            ),
        ),
        fix=make_return(host, domain=domain, snapshot=snapshot),
    )


@check("snapshot-deleted", remedy=throw_one_away)
def snapshot_deleted(host: Host, *, domain: str) -> Finding:
    """A snapshot of the domain {domain} has been taken away again, its content too."""
    found, taken = known(host, domain), taken_of(host, domain)
    key = f"snapshots/{found['uuid']}"
    now = {f"{one['name']} {one['created']}" for one in taken}
    seen = sorted({*(host.ask(remembered(key)) or ()), *now})
    memory = {key: seen}
    gone = list(dict.fromkeys(one.rpartition(" ")[0] for one in seen if one not in now))
    if not gone:
        return failed(
            "nothing-deleted",
            text("every snapshot that was ever seen of {domain} is still there", domain=domain),
            why=text("A snapshot that is not needed any more takes space, and slows the disk down."),
            hint=_hint(
                host,
                domain,
                text(
                    "The tool must have seen it while it was there:"
                    " check this step before you delete, and after."
                ),
            ),
            fix=throw_one_away(host, domain=domain),
            remember=memory,
        )
    left = _left(_images(host, domain), taken, gone)
    away = [name for name in gone if name not in left]
    if away:
        return passed(text("{names} was there, and is gone", names=", ".join(away)), remember=memory)
    return failed(
        "content-left",
        text("libvirt has forgotten {names}, but the disk has not", names=", ".join(left)),
        why=text("With --metadata only libvirt's own note is deleted; the content stays in the image."),
        hint=_look(domain),
        fix=sweep(host, domain, left) or throw_away(host, domain, taken, taboo=gone),
        remember=memory,
    )


def _images(host: Host, domain: str) -> list[Image]:
    """The qcow2 images that the domain's disks lie in.

    :raises Unobservable: also where a recording is older than the question what is in them.
    """
    disks = definition(host, domain).disks
    asked = (host.ask(image(disk.source)) for disk in disks if disk.source and disk.format == "qcow2")
    found = [one for one in asked if one is not None]
    for one in found:
        if one["format"] == "damaged" or (one["format"] == "qcow2" and "snapshots" not in one):
            raise Unobservable("not-recorded", text("what is in {path} is not known", path=one["path"]))
    return found


def _left(images: Sequence[Image], taken: Sequence[Snapshot], gone: Sequence[str]) -> dict[str, list[str]]:
    """Which of those gone still have their content: names, and the images that it is in (once for each).

    Of several of one name in an image, one is that of the snapshot that libvirt knows now. The image
    that an external snapshot left in use carries its name, and rests on another.
    """
    known_now = {one["name"] for one in taken if not is_external(one)}
    found: dict[str, list[str]] = {}
    for name in gone:
        for one in images:
            extra = one.get("snapshots", []).count(name) - (name in known_now)
            found.setdefault(name, []).extend([one["path"]] * max(0, extra))
        overlay = any(one["backing"] and one["path"].endswith(f".{name}") for one in images)
        if not found.get(name) and not overlay:
            found.pop(name, None)
    return found


@check("snapshot-tree", remedy=regrow)
def snapshot_tree(host: Host, *, domain: str, tree: Mapping[str, str]) -> Finding:
    """The snapshots of the domain {domain} form the tree of the lesson."""
    wanted = with_roots(tree)
    taken = taken_of(host, domain)
    found = {one["name"]: one["parent"] for one in taken}
    expected = text("{tree}", tree=drawn(wanted))
    if found == wanted:
        return passed(text("{tree}", tree=drawn(found)), expected=expected)
    return failed(
        _what_is_wrong(wanted, found),
        text("{tree}", tree=drawn(found) or "-"),
        expected=expected,
        why=text("A return to an older snapshot and a new one after it make a branch."),
        hint=_hint(
            host,
            domain,
            text(
                "Return to the parent first, then take the snapshot: it becomes a child of the current one."
            ),
        ),
        fix=grow(host, domain, wanted, taken),
    )


def _what_is_wrong(wanted: Tree, found: Tree) -> str:
    if not found:
        return "no-snapshots"
    if set(wanted) - set(found):
        return "missing-snapshots"
    if any(parent is None and wanted.get(name, "") is not None for name, parent in found.items()):
        return "extra-root"
    if any(found[name] != wanted[name] for name in wanted):
        return "wrong-parent"
    return "extra-snapshots"
