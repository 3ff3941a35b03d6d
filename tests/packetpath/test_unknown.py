"""What this program does not know is named where it matters, and passed over where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packetpath.rules import (
    ACCEPT,
    DPORT,
    DROP,
    FORWARDED,
    REACHED,
    SADDR,
    STATE,
    UNKNOWN,
    WORLD,
    Statement,
    chain,
    forward,
    load,
    match,
    path,
    prerouting,
)
from tutor.packetpath import Refused, Unknown, could_leave

LIMIT: Statement = {"limit": {"rate": 5, "per": "second"}}


def construct(*parts: list[Statement]) -> str:
    outcome = path(FORWARDED, *parts).outcome
    assert isinstance(outcome, Unknown), outcome
    return outcome.construct


NAMED: list[tuple[str, Statement]] = [
    ("limit", LIMIT),
    ("quota", {"quota": "q"}),
    ("ct count", {"ct count": {"val": 3}}),
    ("numgen", match({"numgen": {"mode": "random", "mod": 2}}, 0)),
    ("meta skuid", match({"meta": {"key": "skuid"}}, 0)),
    ("ip ttl", match({"payload": {"protocol": "ip", "field": "ttl"}}, 64)),
    ("tcp sequence", match({"payload": {"protocol": "tcp", "field": "sequence"}}, 1)),
    ("@ll,0,8", match({"payload": {"base": "ll", "offset": 0, "len": 8}}, 1)),
    ("ct helper", match({"ct": {"key": "helper"}}, "ftp")),
    ("ct status ==", match({"ct": {"key": "status"}}, "dnat")),
    ("fib saddr . mark oif", match({"fib": {"result": "oif", "flags": ["saddr", "mark"]}}, True)),
    ("tcp option", match({"tcp option": {"name": "maxseg", "field": "size"}}, 1)),
    ("iptables -m recent", {"xt": {"type": "match", "name": "recent"}}),
    ("iptables -j TTL", {"xt": {"type": "target", "name": "TTL"}}),
    ("frobnicate", UNKNOWN),
    ("queue", {"queue": {"num": 1}}),
    ("@s", match(SADDR, "@s")),
    ("state frobbed", match(STATE, "frobbed", "in")),
]


@pytest.mark.parametrize(("name", "statement"), NAMED)
def test_it_is_named(name: str, statement: Statement) -> None:
    assert construct(forward([statement, DROP])) == name
    assert construct(forward([statement, ACCEPT], [DROP])) == name


@pytest.mark.parametrize(("_name", "statement"), NAMED)
def test_it_does_not_matter_where_no_packet_comes(_name: str, statement: Statement) -> None:
    assert path(FORWARDED, forward([match(DPORT, 1), statement, DROP])).outcome == REACHED
    outcome = path(FORWARDED, forward([DROP], [statement, ACCEPT])).outcome
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize("statement", [LIMIT, match({"meta": {"key": "cpu"}}, 0)])
def test_it_does_not_matter_where_both_ways_end_alike(statement: Statement) -> None:
    assert path(FORWARDED, forward([statement, ACCEPT])).outcome == REACHED
    late = forward([DROP], name="late")
    assert isinstance(path(FORWARDED, forward([statement, ACCEPT], policy="drop"), late).outcome, Refused)
    assert isinstance(path(FORWARDED, forward([statement, DROP], [DROP])).outcome, Refused)


def test_many_unknown_conditions_take_no_longer_than_one() -> None:
    rules = [[LIMIT, {"log": {}}] for _ in range(200)]
    assert path(FORWARDED, forward(*rules)).outcome == REACHED


@pytest.mark.parametrize("count", [30, 100])
def test_many_unknown_rules_are_unknown_in_a_moment(count: int) -> None:
    assert construct(forward(*[[LIMIT, DROP]] * count)) == "limit"
    assert could_leave(load(forward(*[[LIMIT, DROP]] * count)), WORLD, "virbr1").answer == "unknown"
    apart = [[LIMIT, match(DPORT, n), match(SADDR, f"192.168.50.{n}"), DROP] for n in range(count // 10)]
    assert could_leave(load(forward(*apart)), WORLD, "virbr1").answer == "yes"


def test_an_unknown_target_in_a_chain_of_type_nat_may_translate() -> None:
    target: Statement = {"xt": {"type": "target", "name": "NETMAP"}}
    outcome = path(prerouting([target])).outcome
    assert isinstance(outcome, Unknown)
    assert outcome.construct == "iptables -j NETMAP"
    assert outcome.by is not None
    assert outcome.by.chain == "pre"


def test_a_set_that_packets_change_is_unknown() -> None:
    some = [{"set": {"family": "ip", "table": "t", "name": "s", "handle": 9}}]
    add: Statement = {"set": {"op": "add", "elem": SADDR, "set": "@s"}}
    assert construct(some, forward([add], [match(SADDR, "@s"), DROP])) == "@s"
    limited: Statement = {"set": {"op": "update", "elem": SADDR, "set": "@s", "stmt": [LIMIT]}}
    assert construct(some, forward([limited, DROP])) == "limit"


@pytest.mark.parametrize("table", ["bridge b", "arp a"])
def test_other_families_are_feared_where_they_refuse(table: str) -> None:
    seen: dict[str, Any] = {"hook": "input", "table": table}
    assert construct(chain("c", [DROP], **seen)) == f"table {table}"
    assert path(FORWARDED, chain("c", [ACCEPT], **seen)).outcome == REACHED


def test_ingress_is_followed_on_the_interface_and_feared_on_a_bridges_port() -> None:
    on: dict[str, Any] = {"hook": "ingress", "table": "netdev n"}
    assert isinstance(
        path(FORWARDED, chain("c", [match(DPORT, 2222), DROP], **on, dev="eth0")).outcome, Refused
    )
    assert path(FORWARDED, chain("c", [match(DPORT, 22), DROP], **on, dev=["eth0"])).outcome == REACHED
    assert path(FORWARDED, chain("c", [DROP], **on, dev="virbr1")).outcome == REACHED
    assert construct(chain("c", [DROP], **on, dev="vnet0")) == "table netdev n"
    assert construct(chain("c", [DROP], **on)) == "table netdev n"


@pytest.mark.parametrize("length", [-(10**12), 10**12, -1, 33])
def test_a_prefix_of_a_length_that_no_address_has_is_unknown_and_fills_no_memory(length: int) -> None:
    block = {"prefix": {"addr": "192.168.122.0", "len": length}}
    assert "saddr" in construct(forward([match(SADDR, block), DROP]))
