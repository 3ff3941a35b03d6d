"""Machines made up for the tests, and what an operation's command would do to one."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Literal

from tutor.baseline.plan import Operation, Plan
from tutor.baseline.planner import plan, staying
from tutor.baseline.records import Machine, Place
from tutor.baseline.things import Thing, paths_of
from tutor.host.libvirt.inventory import HeldDomain, HeldNetwork, HeldPool

VIRSH = "virsh -c qemu:///system"
RULE = "iptables FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT"


def domain(uuid: str, name: str, **more: Any) -> HeldDomain:
    """A domain that is defined, and off."""
    made: HeldDomain = {
        "uuid": uuid,
        "name": name,
        "active": False,
        "persistent": True,
        "disks": [],
        "files": [],
        "networks": [],
        "pools": [],
        "snapshots": [],
    }
    made.update(more)  # type: ignore[typeddict-item]
    return made


def network(uuid: str, name: str, **more: Any) -> HeldNetwork:
    """A network that is defined, and stopped."""
    made: HeldNetwork = {
        "uuid": uuid,
        "name": name,
        "active": False,
        "persistent": True,
        "autostart": False,
        "live": [],
        "kept": [],
    }
    made.update(more)  # type: ignore[typeddict-item]
    return made


def pool(uuid: str, name: str, **more: Any) -> HeldPool:
    """A pool that is defined, and stopped."""
    made: HeldPool = {"uuid": uuid, "name": name, "active": False, "persistent": True, "volumes": []}
    made.update(more)  # type: ignore[typeddict-item]
    return made


def place(there: bool | None = True, identity: str = "1:1", **more: Any) -> Place:
    """A file that only root may take away."""
    made: Place = {
        "there": there,
        "kind": "file" if there else "",
        "identity": identity if there else "",
        "real": "",
        "removable": False,
        "names": None,
    }
    made.update(more)  # type: ignore[typeddict-item]
    return made


def machine(things: Sequence[Thing] = (), **more: Any) -> Machine:
    """A machine with libvirt, and nothing in it."""
    made: Machine = {
        "libvirt": {"domains": [], "networks": [], "pools": []},
        "absent": False,
        "started": {},
        "places": {path: place(there=False) for path in paths_of(things)},
        "lines": {},
        "firewall": {"tables": [], "rules": {}, "handles": {}},
        "forwarding": "1",
        "packages": [],
        "groups": [],
        "backing": {},
        "unclear": [],
    }
    made.update(more)  # type: ignore[typeddict-item]
    return made


def planned(before: Machine, now: Machine, things: Sequence[Thing]) -> Plan:
    """The plan, where each domain rests on its own files."""
    rests = {one["uuid"]: set(one["files"]) for one in staying(before, now, things)}
    return plan(before, now, things, rests, virsh=VIRSH, sudo="sudo ")


def after(operation: Operation, now: Machine) -> Machine:
    """The machine when the operation has had its effect."""
    there = copy.deepcopy(now)
    verb, _, rest = operation.key.partition(" ")
    _EFFECTS[verb](there, rest)
    return there


def _libvirt(there: Machine) -> Any:
    assert there["libvirt"] is not None
    return there["libvirt"]


def _switched_off(part: str) -> Any:
    def effect(there: Machine, uuid: str) -> None:
        for one in _libvirt(there)[part]:
            if one["uuid"] == uuid:
                one["active"] = False
                one.pop("live", None)
                if part == "networks":
                    one["live"] = []
        gone = [one for one in _libvirt(there)[part] if one["uuid"] == uuid and not one["persistent"]]
        _libvirt(there)[part] = [one for one in _libvirt(there)[part] if one not in gone]

    return effect


def _forgotten(part: str) -> Any:
    def effect(there: Machine, uuid: str) -> None:
        _libvirt(there)[part] = [one for one in _libvirt(there)[part] if one["uuid"] != uuid]

    return effect


def _no_autostart(there: Machine, uuid: str) -> None:
    for one in _libvirt(there)["networks"]:
        if one["uuid"] == uuid:
            one["autostart"] = False


def _host_entry(there: Machine, rest: str) -> None:
    from xml.etree.ElementTree import fromstring

    uuid, flags, xml = rest.split(" ", 2)
    wanted = fromstring(xml)  # noqa: S314 - ours
    books: list[Literal["live", "kept"]] = ["live"] if "--live" in flags else []
    books += ["kept"] if "--config" in flags else []
    for one in _libvirt(there)["networks"]:
        for book in books if one["uuid"] == uuid else []:
            one[book] = [each for each in one[book] if {k: v for k, v in each.items() if v} != wanted.attrib]


def _snapshot(there: Machine, rest: str) -> None:
    uuid, name = rest.split(" ", 1)
    for one in _libvirt(there)["domains"]:
        if one["uuid"] == uuid:
            gone = {name}
            for _ in one["snapshots"]:
                gone |= {each["name"] for each in one["snapshots"] if each["parent"] in gone}
            one["snapshots"] = [each for each in one["snapshots"] if each["name"] not in gone]


def _file(there: Machine, rest: str) -> None:
    path = rest.rpartition(" ")[0]
    assert there["places"][path]["identity"] == rest.rpartition(" ")[2]
    there["places"][path] = place(there=False)
    there["backing"].pop(path, None)
    for one in there["places"].values():
        if one["names"] is not None:
            one["names"] = [name for name in one["names"] if not path.endswith(f"/{name}")]


def _line(there: Machine, rest: str) -> None:
    for path, lines in there["lines"].items():
        for beginning, found in lines["found"].items():
            lines["found"][beginning] = [line for line in found if rest != f"{path} {line}"]


def _rule(there: Machine, rest: str) -> None:
    assert there["firewall"] is not None
    name = rest.rpartition(" ")[0]
    there["firewall"]["rules"][name] -= 1
    there["firewall"]["handles"].get(name, [0]).pop(0)


def _table(there: Machine, name: str) -> None:
    assert there["firewall"] is not None
    there["firewall"]["tables"].remove(name)


_EFFECTS: dict[str, Any] = {
    "destroy": _switched_off("domains"),
    "undefine": _forgotten("domains"),
    "net-destroy": _switched_off("networks"),
    "net-undefine": _forgotten("networks"),
    "pool-destroy": _switched_off("pools"),
    "pool-undefine": _forgotten("pools"),
    "net-autostart": _no_autostart,
    "host-entry": _host_entry,
    "snapshot": _snapshot,
    "file": _file,
    "folder": _file,
    "line": _line,
    "rule": _rule,
    "table": _table,
}
