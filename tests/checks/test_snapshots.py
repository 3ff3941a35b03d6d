"""Every code of the checks of snapshots, on made-up machines; their fixes on a model of libvirt's tree."""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterable
from itertools import chain, combinations, count
from typing import Any

import pytest

import checks.snapshots  # noqa: F401 - registers the checks
from checks.snapshot_trees import drawn, keepable, parents_first
from tests.checks.fake_host import judged, refusal
from tutor.grading.registry import REGISTRY
from tutor.grading.verdict import Finding, Status
from tutor.host.images import Image, image
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.domains import domain
from tutor.host.libvirt.snapshots import Snapshot
from tutor.host.libvirt.snapshots import snapshots as question
from tutor.host.memory import remembered
from tutor.host.question import Question, Unobservable

Tree = dict[str, str | None]
Answers = dict[str | Question[Any], Any]

PATH = "/var/lib/libvirt/images/d.qcow2"
XML = (
    "<domain type='qemu'><name>d</name><memory>1</memory><os><type arch='x86_64'>hvm</type></os>"
    f"<devices><disk type='file' device='disk'><driver type='qcow2'/><source file='{PATH}'/>"
    "<target dev='vda' bus='virtio'/></disk></devices></domain>"
)
LESSON = {"snap1": "", "snap2": "snap1", "snap3": "snap2", "snap4": "snap1"}
WANTED: Tree = {name: parent or None for name, parent in LESSON.items()}
KEY = "snapshots/u-1"


def taken(
    name: str,
    parent: str | None = None,
    *,
    current: bool = False,
    created: int = 1,
    description: str = "x",
    kind: str = "internal",
) -> Snapshot:
    """A snapshot."""
    return {
        "name": name,
        "parent": parent,
        "current": current,
        "created": created,
        "description": description,
        "state": "shutoff",
        "memory": "no",
        "disks": {"vda": kind},
    }


def machine(
    found: Iterable[Snapshot] | None,
    *,
    inside: list[str] | None = None,
    before: list[str] | None = None,
    state: str = "shut-off",
    libvirt: int = 9_000_000,
    **of_image: Any,
) -> Answers:
    """A domain ``d`` with these snapshots, these names inside its image, and these remembered."""
    seen: Image = {"path": PATH, "format": "qcow2", "virtual_size": 2**30, "backing": None}
    seen = {**seen, "snapshots": inside or [], **of_image}  # type: ignore[typeddict-item]
    status = {"path": PATH, "kind": "file", "mode": 0o644, "uid": 0, "gid": 0, "size": 1}
    return {
        question(SYSTEM, "d"): None if found is None else list(found),
        domain(SYSTEM, "d"): {
            "uuid": "u-1",
            "state": state,
            "xml": XML,
            "inactive_xml": XML,
            "persistent": True,
        },
        connection(SYSTEM, "write"): {"open": True, "libvirt": libvirt},
        connection(SYSTEM, "read"): {"open": True, "libvirt": libvirt},
        remembered(KEY): before,
        image(PATH): seen,
        "file": {**status, "readable": True, "writable": False},
        "libvirt.block": {"capacity": 2**30, "physical": 100, "allocation": 100},
        "program": "/usr/bin/x",
    }


def described(answers: Answers) -> Finding:
    return judged("snapshot-described", answers, domain="d", snapshot="snap1")


def reverted(answers: Answers) -> Finding:
    return judged("snapshot-reverted", answers, domain="d", snapshot="snap1")


def deleted(answers: Answers) -> Finding:
    return judged("snapshot-deleted", answers, domain="d")


def grown(answers: Answers) -> Finding:
    return judged("snapshot-tree", answers, domain="d", tree=LESSON)


def forest(tree: Tree, current: str | None = None, external: Iterable[str] = ()) -> list[Snapshot]:
    """The snapshots of a tree."""
    beside = set(external)
    return [
        taken(name, parent, current=name == current, kind="external" if name in beside else "internal")
        for name, parent in tree.items()
    ]


class Model:
    """What virsh does to a domain's snapshots (qemu_snapshot.c), as far as libvirt of that version goes."""

    def __init__(self, found: Iterable[Snapshot], *, reverts_external: bool = False) -> None:
        found = list(found)
        self.tree: Tree = {one["name"]: one["parent"] for one in found}
        self.current = next((one["name"] for one in found if one["current"]), None)
        self.external = {one["name"] for one in found if "external" in one["disks"].values()}
        self.described = {one["name"]: one["description"] for one in found}
        self._created = {one["name"]: one["created"] for one in found}
        self._clock = count(100)
        self.reverts_external = reverts_external
        self.deletions = 0

    @property
    def snapshots(self) -> list[Snapshot]:
        return [
            taken(
                name,
                parent,
                current=name == self.current,
                created=self._created[name],
                description=self.described[name],
                kind="external" if name in self.external else "internal",
            )
            for name, parent in self.tree.items()
        ]

    def run(self, commands: Iterable[str]) -> None:
        """Each once, as a shell would, what stands behind ``||`` left out."""
        parts = (part for command in dict.fromkeys(commands) for part in command.split(" && "))
        for part in parts:
            words = shlex.split(part.removeprefix("sleep 1; ").partition(" || ")[0])
            if words[:3] == ["virsh", "-c", "qemu:///system"]:
                getattr(self, words[3].replace("-", "_"))(*[word for word in words[4:] if word != "--"])

    def snapshot_create_as(self, _domain: str, name: str, description: str) -> None:
        assert name not in self.tree
        self.tree[name], self.current, self.described[name] = self.current, name, description
        self._created[name] = next(self._clock)

    def snapshot_revert(self, _domain: str, name: str) -> None:
        assert name in self.tree
        assert self.reverts_external or name not in self.external
        self.current = name

    def snapshot_delete(self, _domain: str, name: str) -> None:
        parent = self.tree.pop(name)
        self.external.discard(name)
        self.tree = {one: parent if above == name else above for one, above in self.tree.items()}
        self.current = parent if self.current == name else self.current
        self.deletions += 1


def test_described() -> None:
    assert described(machine([taken("snap1")])).status is Status.PASS
    missing = described(machine([taken("snap2")]))
    assert (missing.code, missing.fix) == (
        "missing",
        ("virsh -c qemu:///system snapshot-create-as d snap1 'Min första snapshot'",),
    )
    for current in (True, False):
        empty = described(machine([taken("snap1", description="", current=current)]))
        assert empty.code == "no-description"
        assert empty.fix[0].endswith("--current") is current


def test_of_a_domain_that_is_gone_nothing_is_known() -> None:
    for check in (described, reverted, deleted, grown):
        with pytest.raises(Unobservable) as failure:
            check(machine(None))
        assert failure.value.reason == "gone"


REVERTED = {
    "missing": ([], False),
    "childless": ([taken("snap1", current=True)], False),
    "a child": ([taken("snap1"), taken("snap2", "snap1", current=True)], False),
    "not current": ([taken("a"), taken("snap1", "a"), taken("snap2", "a", current=True)], False),
    "external": ([taken("snap1", kind="external", current=True)], False),
    "a grandchild is current": (forest({"snap1": None, "b": "snap1", "c": "b"}, "c"), False),
    "current with a child": ([taken("snap1", current=True), taken("snap2", "snap1")], True),
    "branches": (forest({"snap1": None, "b": "snap1", "c": "snap1"}, "c"), True),
    "branches elsewhere": (forest({"snap1": None, "a": "snap1", "b": "a", "c": "a"}, "c"), False),
}


@pytest.mark.parametrize("name", REVERTED)
def test_reverted(name: str) -> None:
    found, is_right = REVERTED[name]
    finding = reverted(machine(found))
    assert finding.code == (None if is_right else "not-reverted")
    if not is_right:
        model = Model(found)
        model.run(finding.fix)
        assert reverted(machine(model.snapshots)).status is Status.PASS


NOW, SAME, LATER = "snap-tmp 1", taken("snap-tmp", created=1), taken("snap-tmp", created=2)
DELETED: dict[str, tuple[Answers, str | None]] = {
    "never": (machine([]), "nothing-deleted"),
    "still there": (machine([SAME], inside=["snap-tmp"], before=[NOW]), "nothing-deleted"),
    "gone": (machine([], before=[NOW]), None),
    "gone, another there": (machine([taken("a")], inside=["a"], before=[NOW]), None),
    "only the metadata": (machine([], inside=["snap-tmp"], before=[NOW]), "content-left"),
    "made again": (machine([LATER], inside=["snap-tmp"], before=[NOW]), None),
    "only the metadata, made again": (
        machine([LATER], inside=["snap-tmp", "snap-tmp"], before=[NOW]),
        "content-left",
    ),
    "one of two gone": (machine([], inside=["a"], before=["a 1", "b 2"]), None),
    "an overlay in use": (
        machine([], before=["ext 1"], path=f"{PATH}.ext", backing=PATH),
        "content-left",
    ),
    "a name with spaces": (machine([], inside=["a b"], before=["a b 1"]), "content-left"),
    "no image": ({**machine([], before=[NOW]), image(PATH): None}, None),
}


@pytest.mark.parametrize("name", DELETED)
def test_deleted(name: str) -> None:
    answers, code = DELETED[name]
    finding = deleted(answers)
    assert finding.code == code
    there = {f"{one['name']} {one['created']}" for one in answers[question(SYSTEM, "d")]}
    assert finding.remember == {KEY: sorted({*(answers[remembered(KEY)] or ()), *there})}


@pytest.mark.parametrize("format", ["qcow2", "damaged"])
def test_what_is_left_in_an_image_that_could_not_be_looked_into(format: str) -> None:  # noqa: A002
    seen = {"path": PATH, "format": format, "virtual_size": 1, "backing": None}
    for answer in (seen, refusal()):
        with pytest.raises(Unobservable):
            deleted({**machine([], before=[NOW]), image(PATH): answer})


def test_leftovers_are_deleted_from_the_image_while_nothing_runs() -> None:
    left = machine([], inside=["it's", "it's"], before=["it's 1"])
    away = f"""sudo qemu-img snapshot -d 'it'"'"'s' {PATH}"""
    assert deleted(left).fix == (f"{away} && {away}",)
    running = machine([], inside=["snap-tmp"], before=[NOW], state="running")
    take, see, last = deleted(running).fix
    assert "snap-tmp-2" in take
    assert see.startswith("tutor check snapshots/delete ")
    assert "snap-tmp-2" in last


def test_a_deletion_is_shown_with_what_is_there() -> None:
    assert deleted(machine([SAME])).fix == (
        "tutor check snapshots/delete >/dev/null || true",
        "virsh -c qemu:///system snapshot-delete -- d snap-tmp",
    )


TREES: dict[str, tuple[Tree, str]] = {
    "none": ({}, "no-snapshots"),
    "one": ({"snap1": None}, "missing-snapshots"),
    "chain": ({"snap1": None, "snap2": "snap1", "snap3": "snap2", "snap4": "snap3"}, "wrong-parent"),
    "under snap2": ({**WANTED, "snap4": "snap2"}, "wrong-parent"),
    "two roots": ({**WANTED, "snap4": None}, "extra-root"),
    "another root": ({**WANTED, "x": None}, "extra-root"),
    "a root above": ({"x": None, **WANTED, "snap1": "x"}, "extra-root"),
    "one too many": ({**WANTED, "x": "snap3"}, "extra-snapshots"),
}


@pytest.mark.parametrize("name", TREES)
def test_tree(name: str) -> None:
    tree, code = TREES[name]
    finding = grown(machine(forest(tree)))
    assert finding.code == code
    assert finding.expected is not None
    assert "├── snap2" in finding.expected.render(str)


def test_the_right_tree() -> None:
    assert grown(machine(forest(WANTED))).status is Status.PASS


def random_forest(chance: random.Random) -> list[Snapshot]:
    names = chance.sample([*LESSON, "x", "y y", "--metadata", "it's"], chance.randint(0, 7))
    tree: Tree = {}
    for name in names:
        tree[name] = chance.choice([None, *tree])
    current = chance.choice([None, *names])
    external = chance.sample(names, chance.randint(0, len(names))) if chance.random() < 0.3 else ()
    return forest(tree, current, external)


@pytest.mark.parametrize("seed", range(400))
def test_the_fix_grows_the_tree_from_any_forest(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    found = random_forest(chance)
    newer = chance.random() < 0.5
    model = Model(found, reverts_external=newer)
    finding = grown(machine(found, libvirt=11_003_000 if newer else 9_000_000))
    model.run(finding.fix)
    assert model.tree == WANTED
    assert (finding.fix == ()) is (finding.status is Status.PASS)
    before = {one["name"]: one["created"] for one in found}
    kept = sum(before.get(one["name"]) == one["created"] for one in model.snapshots)
    assert model.deletions == len(found) - kept == len(found) - _most_that_can_stay(found, newer=newer)
    assert described(machine(model.snapshots)).code is None


def _most_that_can_stay(found: list[Snapshot], *, newer: bool) -> int:
    """By trying, on the model, what is left when any other choice is deleted."""
    best = 0
    names = [one["name"] for one in found]
    for away in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        model = Model(found)
        for name in away:
            model.snapshot_delete("d", name)
        fits = all(name in WANTED and WANTED[name] == parent for name, parent in model.tree.items())
        parents = {WANTED[name] for name in WANTED if name not in model.tree}
        if fits and (newer or not parents & model.external):
            best = max(best, len(model.tree))
    return best


@pytest.mark.parametrize("seed", range(200))
def test_the_fix_makes_a_return_visible_in_any_forest(seed: int) -> None:
    found = random_forest(random.Random(seed))  # noqa: S311 - no secret
    finding = reverted(machine(found))
    model = Model(found)
    model.run(finding.fix)
    assert reverted(machine(model.snapshots)).status is Status.PASS


def test_a_second_root_is_beyond_libvirt() -> None:
    two = judged("snapshot-tree", machine(forest({"a": None}, "a")), domain="d", tree={"a": "", "b": ""})
    assert (two.code, two.fix) == ("missing-snapshots", ())


HOSTILE: dict[str, Tree] = {
    "itself": {"a": "a"},
    "circle": {"a": "b", "b": "a", "c": "a"},
    "orphan": {"a": "nobody"},
    "orphans and a circle": {"snap1": "x", "snap2": "snap1", "p": "q", "q": "p"},
    "empty names": {"": None, " ": ""},
    "deep": {f"s{number}": f"s{number - 1}" if number else None for number in range(3000)},
    "wide": {f"s{number}": "s0" if number else None for number in range(3000)},
    "controls": {"\x1b[2J": None, "n\n└── snap4": "\x1b[2J", "\u202e{tree}": None, "\ud800": None},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_only_a_recording_holds_is_drawn_too(name: str) -> None:
    tree = HOSTILE[name]
    lines = drawn(tree).split("\n")
    assert len(lines) == len(tree)
    assert all(line.isprintable() for line in lines)
    assert sorted(parents_first(tree)) == sorted(tree)
    assert keepable(WANTED, tree, ()) <= set(WANTED)
    assert grown(machine(forest(tree))).code in ("missing-snapshots", "extra-root", "wrong-parent")


def test_drawn_as_virsh_draws() -> None:
    assert drawn(WANTED) == "snap1\n├── snap2\n│   └── snap3\n└── snap4"


@pytest.mark.parametrize(
    ("check", "params", "commands"),
    [
        ("snapshot-described", {"snapshot": "snap1"}, 1),
        ("snapshot-reverted", {"snapshot": "snap1"}, 2),
        ("snapshot-deleted", {}, 3),
        ("snapshot-tree", {"tree": LESSON}, 0),
    ],
)
def test_a_blocked_check_that_sees_nothing_looks_first(
    check: str, params: dict[str, Any], commands: int
) -> None:
    """The daemon is off: what to do when it is on again depends on what there is then."""
    from tests.checks.fake_host import FakeHost

    found = REGISTRY.get(check)
    assert found is not None
    assert found.remedy is not None
    host = FakeHost({"libvirt.connection": refusal(), "libvirt.domain": refusal()})
    assert len(found.remedy(host, domain="d", **params)) == commands
