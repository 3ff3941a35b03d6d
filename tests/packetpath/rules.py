"""Rulesets as nft's JSON, written short; a machine like the course's; and a client outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.packetpath import Link, Packet, Path, Reaches, Refused, Route, Ruleset, World, connect, follow

GUEST = "192.168.122.50"
WORLD = World(
    links=(
        Link("lo", ("127.0.0.1/8",)),
        Link("eth0", ("198.51.100.2/24",)),
        Link("virbr0", ("192.168.122.1/24",)),
        Link("virbr1", ("192.168.50.1/24",)),
        Link("vnet0", master="virbr0"),
    ),
    routes=(Route("0.0.0.0/0", "eth0", "198.51.100.1"),),
)
SYN = Packet("eth0", "203.0.113.7", "198.51.100.2", 2222)
REACHED = Reaches(GUEST, "22", "virbr0")

Statement = dict[str, Any]
ACCEPT: Statement = {"accept": None}
DROP: Statement = {"drop": None}
REJECT: Statement = {"reject": None}
RETURN: Statement = {"return": None}
UNKNOWN: Statement = {"frobnicate": {}}
IIF = {"meta": {"key": "iifname"}}
OIF = {"meta": {"key": "oifname"}}
SADDR = {"payload": {"protocol": "ip", "field": "saddr"}}
DADDR = {"payload": {"protocol": "ip", "field": "daddr"}}
DPORT = {"payload": {"protocol": "tcp", "field": "dport"}}
STATE = {"ct": {"key": "state"}}


def match(left: Any, right: Any, op: str = "==") -> Statement:
    return {"match": {"op": op, "left": left, "right": right}}


def dnat(address: str | None = GUEST, port: int | None = 22, **more: Any) -> Statement:
    return {"dnat": {k: v for k, v in {"addr": address, "port": port, **more}.items() if v is not None}}


def jump(target: str) -> Statement:
    return {"jump": {"target": target}}


def goto(target: str) -> Statement:
    return {"goto": {"target": target}}


def chain(name: str, *rules: Sequence[Statement], table: str = "ip t", **base: Any) -> list[Statement]:
    """A chain with its rules; ``hook``, ``type``, ``prio`` and ``policy`` make it a base chain."""
    family, table_name = table.split()
    place = {"family": family, "table": table_name}
    defaults = {"type": "filter", "prio": 0, "policy": "accept"} if "hook" in base else {}
    entries: list[Statement] = [{"chain": {**place, "name": name, "handle": 1, **defaults, **base}}]
    for number, statements in enumerate(rules, 2):
        entries.append({"rule": {**place, "chain": name, "handle": number, "expr": list(statements)}})
    return entries


def prerouting(*rules: Sequence[Statement], **base: Any) -> list[Statement]:
    base = {"name": "pre", "hook": "prerouting", "type": "nat", "prio": -100, **base}
    return chain(base.pop("name"), *rules, **base)


def forward(*rules: Sequence[Statement], **base: Any) -> list[Statement]:
    base = {"name": "fw", "hook": "forward", **base}
    return chain(base.pop("name"), *rules, **base)


def postrouting(*rules: Sequence[Statement], **base: Any) -> list[Statement]:
    base = {"name": "post", "hook": "postrouting", "type": "nat", "prio": 100, **base}
    return chain(base.pop("name"), *rules, **base)


def load(*entries: list[Statement], text: str = "", saved: str = "") -> Ruleset:
    return Ruleset.parse({"nftables": [one for part in entries for one in part]}, text, saved)


#: What makes the connection reach the guest, if nothing refuses it.
FORWARDED = prerouting([match(DPORT, 2222), dnat()])


def path(*entries: list[Statement], world: World = WORLD, packet: Packet = SYN, **forms: str) -> Path:
    return connect(load(*entries, **forms), world, packet)


def passes(*conditions: Statement, world: World = WORLD) -> bool:
    """Whether a rule of these conditions at forward, accepting before a policy of drop, lets the SYN pass."""
    others = [match(STATE, "established", "in"), ACCEPT]
    outcome = path(FORWARDED, forward([*conditions, ACCEPT], others, policy="drop"), world=world).outcome
    assert outcome == REACHED or isinstance(outcome, Refused), outcome
    return outcome == REACHED


def matches_early(*conditions: Statement, **base: Any) -> bool:
    """Whether a rule of these conditions at prerouting, before translation, meets the SYN."""
    early = chain("early", [*conditions, DROP], hook="prerouting", **{"prio": -150, **base})
    return isinstance(follow(load(FORWARDED, early), WORLD, SYN).outcome, Refused)
