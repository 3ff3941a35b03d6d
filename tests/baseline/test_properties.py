"""Whatever is on a machine: nothing of the baseline is touched, and any interruption is made good."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.baseline.world import RULE, after, domain, machine, network, place, planned, pool
from tutor.baseline.records import Machine
from tutor.baseline.things import IMAGES, Thing, disks_of

NAMES = ("vm", "vm2", "other", "a 'b")
NETS = ("net", "default", "mine")
THINGS = (
    *(Thing("domain", (name,), "s/d") for name in NAMES[:2]),
    Thing("snapshot", ("other", "snap"), "s/s"),
    Thing("network", ("net",), "s/n"),
    Thing("started", ("default",), "s/n"),
    Thing("host-entry", ("default", "192.0.2.1", "vm"), "s/e"),
    Thing("pool", ("images",), "s/p"),
    Thing("file", ("/f",), "s/f"),
    Thing("folder", ("/d",), "s/f"),
    Thing("line", ("/rc", "export X="), "s/l"),
    Thing("table", ("ip", "labb"), "s/t"),
    Thing("rule", tuple(RULE.split(" ", 1)), "s/t"),
)
FILES = ["/f", *(disks_of(name)[0] for name in NAMES[:2]), f"{IMAGES}/mine.qcow2"]
ENTRY = st.builds(
    lambda mac, name, ip: {"mac": mac, "name": name, "ip": ip},
    st.sampled_from(["52:54:00:00:00:01", "52:54:00:00:00:02"]),
    st.sampled_from(["vm", "mine", None]),
    st.sampled_from(["192.0.2.1", "192.0.2.2"]),
)
some_files = st.lists(st.sampled_from(FILES), max_size=2, unique=True)


@st.composite
def domains(draw: Any, prefix: str) -> list[Any]:
    found = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))):
        disks = draw(some_files)
        snapshots = draw(st.lists(st.sampled_from(["snap", "own"]), max_size=2, unique=True))
        found.append(
            domain(
                f"{prefix}{number}",
                name,
                active=draw(st.booleans()),
                disks=disks,
                files=[*disks, *draw(some_files)],
                networks=draw(st.lists(st.sampled_from(NETS), max_size=2, unique=True)),
                pools=draw(st.lists(st.sampled_from(["images"]), max_size=1)),
                snapshots=[{"name": one, "parent": None} for one in snapshots],
            )
        )
    return found


@st.composite
def networks(draw: Any, prefix: str) -> list[Any]:
    found = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(NETS), max_size=3, unique=True))):
        active = draw(st.booleans())
        kept = draw(st.lists(ENTRY, max_size=2))
        found.append(
            network(
                f"{prefix}{number}",
                name,
                active=active,
                autostart=draw(st.booleans()),
                live=draw(st.lists(ENTRY, max_size=2)) if active else [],
                kept=kept,
            )
        )
    return found


@st.composite
def pools(draw: Any, prefix: str) -> list[Any]:
    names = draw(st.lists(st.sampled_from(["images", "mine"]), max_size=2, unique=True))
    volume = st.builds(
        lambda path, backing: {"path": path, "backing": backing},
        st.sampled_from(FILES),
        st.sampled_from([None, *FILES]),
    )
    return [
        pool(
            f"{prefix}{number}", name, active=draw(st.booleans()), volumes=draw(st.lists(volume, max_size=2))
        )
        for number, name in enumerate(names)
    ]


@st.composite
def machines(draw: Any) -> tuple[Machine, Machine]:
    """The machine at the baseline, and later: things were added, and some of the old changed state."""
    before = machine(
        THINGS,
        libvirt={"domains": draw(domains("d")), "networks": draw(networks("n")), "pools": draw(pools("p"))},
        lines={"/rc": draw(lines())},
        firewall={
            "tables": draw(st.sampled_from([[], ["ip labb"], ["ip nat"]])),
            "rules": {RULE: draw(st.integers(0, 2))},
            "handles": {},
        },
    )
    libvirt: Any = before["libvirt"]
    before["started"] = {
        one["name"]: {"active": one["active"], "autostart": one["autostart"]}
        for one in libvirt["networks"]
        if one["name"] == "default"
    }
    for path in FILES[:3]:
        before["places"][path] = place(there=draw(st.booleans()), identity=f"1:{path}")
    before["places"]["/d"] = place(there=draw(st.booleans()), kind="directory", names=[])
    return before, _later(draw, before)


@st.composite
def lines(draw: Any) -> Any:
    found = draw(st.lists(st.sampled_from(["export X=1", "export X=2"]), max_size=2, unique=True))
    return {
        "there": bool(found) or draw(st.booleans()),
        "found": {"export X=": found},
        "more": draw(st.booleans()),
    }


def _later(draw: Any, before: Machine) -> Machine:
    now = copy.deepcopy(before)
    libvirt: Any = now["libvirt"]
    taken = {part: {one["name"] for one in libvirt[part]} for part in libvirt}
    for part, more in (("domains", domains("D")), ("networks", networks("N")), ("pools", pools("P"))):
        # Two of a name there cannot be; one that has gone meanwhile makes room.
        libvirt[part] = [one for one in libvirt[part] if draw(st.integers(0, 4))]
        taken[part] = {one["name"] for one in libvirt[part]}
        libvirt[part] += [one for one in draw(more) if one["name"] not in taken[part]]
    for path in FILES[:3]:
        if not before["places"][path]["there"] and draw(st.booleans()):
            now["places"][path] = place(identity=f"2:{path}")
    if not before["places"]["/d"]["there"] and draw(st.booleans()):
        now["places"]["/d"] = place(
            kind="directory", identity="2:d", names=draw(st.sampled_from([[], ["x"]]))
        )
    now["backing"] = draw(st.dictionaries(st.sampled_from(FILES), st.sampled_from(FILES), max_size=2))
    new = draw(st.lists(st.sampled_from(["export X=1", "export X=3"]), max_size=2, unique=True))
    now["lines"]["/rc"]["found"]["export X="] = list(
        dict.fromkeys([*before["lines"]["/rc"]["found"]["export X="], *new])
    )
    assert now["firewall"] is not None
    now["firewall"]["rules"][RULE] += draw(st.integers(0, 2))
    if draw(st.booleans()) and "ip labb" not in now["firewall"]["tables"]:
        now["firewall"]["tables"].append("ip labb")
    return now


def essence(before: Machine, now: Machine) -> dict[str, Any]:
    """What is not the course's: what was there before, and what the course has no name for."""
    libvirt: Any = now["libvirt"]
    old: Any = before["libvirt"]
    known = {one["uuid"] for part in old for one in old[part]}
    names = {thing.words[0] for thing in THINGS if thing.kind in ("domain", "network", "pool")}
    default = [one for one in old["networks"] if one["name"] == "default"]
    entries = [entry for one in default for entry in (*one["live"], *one["kept"])]
    course = next(t.words for t in THINGS if t.kind == "host-entry")
    found: dict[str, Any] = {}
    for part in libvirt:
        for one in libvirt[part]:
            if one["uuid"] in known or one["name"] not in names:
                kept = copy.deepcopy(one)
                if kept["name"] == "default" and part == "networks":
                    del kept["active"], kept["autostart"]
                    for book in ("live", "kept"):
                        kept[book] = [
                            e
                            for e in kept[book]
                            if e in entries or (e["ip"] != course[1] and e["name"] != course[2])
                        ]
                    if not one["active"]:
                        del kept["live"]
                if part == "domains":
                    mine = {s["name"] for d in old[part] if d["uuid"] == one["uuid"] for s in d["snapshots"]}
                    kept["snapshots"] = [
                        s for s in kept["snapshots"] if s["name"] in mine or s["name"] != "snap"
                    ]
                found[one["uuid"]] = kept
    return found


@given(machines())
def test_nothing_of_the_baseline_is_touched(both: tuple[Machine, Machine]) -> None:
    before, now = both
    old: Any = before["libvirt"]
    uuids = {one["uuid"] for part in old for one in old[part]}
    there = now
    for operation in planned(before, now, THINGS).operations:
        verb, _, rest = operation.key.partition(" ")
        assert (
            verb not in ("destroy", "undefine", "net-undefine", "pool-destroy", "pool-undefine")
            or rest not in uuids
        )
        assert not (verb == "file" and before["places"][rest.rpartition(" ")[0]]["there"])
        left = after(operation, there)
        for uuid, kept in essence(before, there).items():
            still = essence(before, left)[uuid]
            kept.pop("live", None)
            still.pop("live", None)
            assert still == kept
        there = left
    assert there["firewall"] is not None
    assert before["firewall"] is not None
    assert there["firewall"]["rules"][RULE] == before["firewall"]["rules"][RULE]
    assert set(before["firewall"]["tables"]) <= set(there["firewall"]["tables"])
    assert set(before["lines"]["/rc"]["found"]["export X="]) == set(
        there["lines"]["/rc"]["found"]["export X="]
    )


@given(machines())
def test_no_file_goes_that_a_domain_that_stays_needs(both: tuple[Machine, Machine]) -> None:
    before, now = both
    there = now
    for operation in planned(before, now, THINGS).operations:
        there = after(operation, there)
    libvirt: Any = there["libvirt"]
    needed = {file for one in libvirt["domains"] for file in one["files"]}
    present = {path for path in FILES if there["places"].get(path, place())["there"]}
    needed |= {backing for path, backing in now["backing"].items() if path in present and path != backing}
    for path in needed & set(there["places"]):
        assert there["places"][path]["there"] == now["places"][path]["there"]


@given(machines(), st.data())
def test_interrupted_anywhere_it_ends_the_same(both: tuple[Machine, Machine], data: Any) -> None:
    before, now = both
    whole = now
    for operation in planned(before, now, THINGS).operations:
        whole = after(operation, whole)
    there = now
    for _ in range(100):
        operations = planned(before, there, THINGS).operations
        if not operations:
            break
        for operation in operations[: data.draw(st.integers(1, len(operations)))]:
            there = after(operation, there)
    assert there == whole
    assert planned(before, there, THINGS).operations == ()
