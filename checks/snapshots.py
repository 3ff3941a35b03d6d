"""Snapshots: made, returned to, taken away, and the tree that they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checks import domain_xml
from checks.commands import virsh
from checks.domain_commands import known
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.images import image
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.snapshots import Snapshot
from tutor.host.libvirt.snapshots import snapshots as snapshots_question
from tutor.host.memory import remembered
from tutor.host.question import Unobservable
from tutor.text import Text, text

DESCRIPTION = "Min första snapshot"

_WHY = text("A snapshot is a point that you can return to, and tell others about by its description.")
_LOOK = text("Look at: virsh -c qemu:///system snapshot-list --tree {domain}")

#: Parent by name; a root has none.
Tree = Mapping[str, str | None]


def _taken(host: Host, domain: str) -> list[Snapshot]:
    found = host.ask(snapshots_question(SYSTEM, domain))
    if found is None:
        raise Unobservable("gone", text("the domain {name} is gone", name=domain))
    return found


def _look(domain: str) -> Text:
    return Text(_LOOK.message, {"domain": domain})


def _take(host: Host, domain: str, name: str) -> str:
    return virsh(host, "snapshot-create-as", domain, name, DESCRIPTION)


def _take_described(host: Host, *, domain: str, snapshot: str) -> tuple[str, ...]:
    return (_take(host, domain, snapshot),)


@check("snapshot-described", remedy=_take_described)
def snapshot_described(host: Host, *, domain: str, snapshot: str) -> Finding:
    """The domain {domain} has a snapshot {snapshot}, with a description."""
    found = next((one for one in _taken(host, domain) if one["name"] == snapshot), None)
    if found is None:
        return failed(
            "missing",
            text("{domain} has no snapshot {name}", domain=domain, name=snapshot),
            why=_WHY,
            hint=_look(domain),
            fix=(_take(host, domain, snapshot),),
        )
    if found["description"]:
        return passed(text("{name}: “{words}”", name=snapshot, words=found["description"]))
    describe = f"sed 's|</name>|</name><description>{DESCRIPTION}</description>|'"
    redefine = virsh(host, "snapshot-create", domain, "/dev/stdin", "--redefine")
    current = " --current" if found["current"] else ""
    return failed(
        "no-description",
        text("{name} has no description", name=snapshot),
        why=_WHY,
        hint=_look(domain),
        fix=(f"{virsh(host, 'snapshot-dumpxml', domain, snapshot)} | {describe} | {redefine}{current}",),
    )


@check("snapshot-reverted")
def snapshot_reverted(host: Host, *, domain: str, snapshot: str) -> Finding:
    """The domain {domain} has been returned to its snapshot {snapshot}."""
    taken = _taken(host, domain)
    children = [one["name"] for one in taken if one["parent"] == snapshot]
    current = any(one["current"] for one in taken if one["name"] == snapshot)
    enough = 2
    if len(children) >= enough:
        return passed(text("{name} has the branches {children}", name=snapshot, children=", ".join(children)))
    if current and children:
        return passed(text("{name} is current, although {children} came after it", name=snapshot, children=children[0]))
    return failed(
        "not-reverted",
        text("nothing shows a return to {name}", name=snapshot),
        why=text("Only what came after a snapshot shows that someone returned to it: a branch of its own."),
        hint=text("Take another snapshot, then return to {name}: it is current then, and has a child.", name=snapshot),
        fix=(
            *(() if children else (_take(host, domain, "snap2"),)),
            virsh(host, "snapshot-revert", domain, snapshot),
        ),
    )


@check("snapshot-deleted")
def snapshot_deleted(host: Host, *, domain: str) -> Finding:
    """A snapshot of the domain {domain} has been taken away again, its content too."""
    found, taken = known(host, domain), _taken(host, domain)
    key = f"snapshots/{found['uuid']}"
    now = {f"{one['name']} {one['created']}" for one in taken}
    before: list[str] | None = host.ask(remembered(key))
    seen = sorted({*(before or ()), *now})
    memory = {key: seen}
    gone = [one.rpartition(" ")[0] for one in seen if one not in now]
    if not gone:
        return failed(
            "nothing-deleted",
            text("every snapshot that was ever seen of {domain} is still there", domain=domain),
            why=text("A snapshot that is not needed any more takes space, and slows the disk down."),
            hint=text("The tool must have seen it while it was there: check this step before you delete, and after."),
            fix=_throw_away(host, domain),
            remember=memory,
        )
    left = [name for name in gone if name in _in_images(host, domain)]
    if len(left) < len(gone):
        return passed(text("{names} was there, and is gone", names=", ".join(set(gone) - set(left))), remember=memory)
    return failed(
        "content-left",
        text("libvirt has forgotten {names}, but the disk has not", names=", ".join(left)),
        why=text("With --metadata only libvirt's own note is deleted; the content stays in the image."),
        hint=_look(domain),
        fix=_throw_away(host, domain),
        remember=memory,
    )


def _throw_away(host: Host, domain: str) -> tuple[str, ...]:
    """Make one, let the tool see it, and delete it."""
    return (
        virsh(host, "snapshot-create-as", domain, "snap-tmp"),
        "tutor check snapshots/delete >/dev/null || true",
        virsh(host, "snapshot-delete", domain, "snap-tmp"),
    )


def _in_images(host: Host, domain: str) -> set[str]:
    """The names of the snapshots inside the domain's disk images."""
    disks = domain_xml.read(known(host, domain)["inactive_xml"]).disks
    images = [host.ask(image(disk.source)) for disk in disks if disk.source and disk.format == "qcow2"]
    return {name for one in images if one for name in one.get("snapshots", [])}


@check("snapshot-tree")
def snapshot_tree(host: Host, *, domain: str, tree: Mapping[str, str]) -> Finding:
    """The snapshots of the domain {domain} form the tree of the lesson."""
    wanted: dict[str, str | None] = {name: parent or None for name, parent in tree.items()}
    taken = _taken(host, domain)
    found = {one["name"]: one["parent"] for one in taken}
    expected = text("{tree}", tree=drawn(wanted))
    if found == wanted:
        return passed(text("{tree}", tree=drawn(found)), expected=expected)
    return failed(
        _what_is_wrong(wanted, found),
        text("{tree}", tree=drawn(found) or "-"),
        expected=expected,
        why=text("A return to an older snapshot and a new one after it make a branch."),
        hint=text("Return to the parent first, then take the snapshot: it becomes a child of the current one."),
        fix=_grow(host, domain, wanted, taken),
    )


def _what_is_wrong(wanted: Tree, found: Tree) -> str:
    if not found:
        return "no-snapshots"
    if set(wanted) - set(found):
        return "missing-snapshots"
    moved = [name for name in wanted if found[name] != wanted[name]]
    if any(found[name] is None for name in moved):
        return "extra-root"
    if moved:
        return "wrong-parent"
    return "extra-snapshots"


def _grow(host: Host, domain: str, wanted: Tree, taken: Sequence[Snapshot]) -> tuple[str, ...]:
    """Take away what is in the wrong place, leaves first, then take what is missing, parents first."""
    found = {one["name"]: one["parent"] for one in taken}
    kept: set[str | None] = {None}
    for name in _parents_first(found):
        if name in wanted and wanted[name] == found[name] and found[name] in kept:
            kept.add(name)
    wrong = [name for name in reversed(_parents_first(found)) if name not in kept]
    commands = [virsh(host, "snapshot-delete", domain, name) for name in wrong]
    current = next((one["name"] for one in taken if one["current"] and one["name"] in kept), None)
    for name in _parents_first(wanted):
        if name in kept:
            continue
        parent = wanted[name]
        if parent is not None and parent != current:
            commands.append(virsh(host, "snapshot-revert", domain, parent))
        commands.append(_take(host, domain, name))
        current = name
    return tuple(commands)


def _parents_first(tree: Tree) -> list[str]:
    ordered: list[str] = []
    level: list[str | None] = [None]
    while level:
        level = [name for name in sorted(tree) if tree[name] in level]
        ordered += [name for name in level if name is not None]
    return ordered


def drawn(tree: Tree) -> str:
    """The tree as virsh draws it, roots and children by name."""
    lines: list[str] = []

    def draw(name: str, indent: str, branch: str, below: str) -> None:
        lines.append(f"{indent}{branch}{name}")
        children = sorted(one for one in tree if tree[one] == name)
        for child in children:
            last = child == children[-1]
            draw(child, indent + below, "└── " if last else "├── ", "    " if last else "│   ")

    for root in sorted(one for one in tree if tree[one] is None or tree[one] not in tree):
        draw(root, "", "", "")
    return "\n".join(lines)
