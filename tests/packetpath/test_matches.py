"""Each kind of match, on a SYN from 203.0.113.7 that was translated to 192.168.122.50 port 22."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.packetpath.rules import (
    DADDR,
    DPORT,
    GUEST,
    IIF,
    OIF,
    SADDR,
    STATE,
    WORLD,
    match,
    matches_early,
    passes,
)

PROTO = {"meta": {"key": "l4proto"}}
FLAGS = {"payload": {"protocol": "tcp", "field": "flags"}}
STATUS = {"ct": {"key": "status"}}


def fib(result: str, *flags: str) -> dict[str, Any]:
    return {"fib": {"result": result, "flags": list(flags)}}


def original(key: str) -> dict[str, Any]:
    return {"ct": {"key": key, "dir": "original"}}


YES = [
    match(IIF, "eth0"),
    match(IIF, "eth*"),
    match(IIF, "virbr0", "!="),
    match({"meta": {"key": "iif"}}, "eth0"),
    match(OIF, {"set": ["virbr0", "virbr1"]}),
    match(SADDR, "203.0.113.7"),
    match(SADDR, {"prefix": {"addr": "203.0.113.0", "len": 24}}),
    match(SADDR, {"range": ["203.0.113.1", "203.0.113.9"]}),
    match(SADDR, "203.0.113.8", "!="),
    match(DADDR, GUEST),
    match({"&": [DADDR, 0xFFFFFF00]}, "192.168.122.0"),
    match({"&": [DADDR, "255.255.255.0"]}, "192.168.122.0"),
    match(DPORT, 22),
    match(DPORT, {"set": [80, {"range": [20, 23]}]}),
    match(DPORT, 23, "<"),
    match(DPORT, 22, "<="),
    match(DPORT, 21, ">"),
    match(DPORT, 22, ">="),
    match(DPORT, {"range": [23, 30]}, "!="),
    match({"payload": {"protocol": "th", "field": "dport"}}, 22),
    match({"payload": {"base": "th", "offset": 16, "len": 16}}, 22),
    match({"payload": {"base": "nh", "offset": 128, "len": 32}}, GUEST),
    match({"concat": [SADDR, DPORT]}, {"set": [{"concat": ["203.0.113.7", {"range": [1, 99]}]}]}),
    match({"concat": [IIF, OIF]}, {"set": [{"concat": ["virbr0", "eth0"]}, {"concat": ["eth0", "virbr0"]}]}),
    match(PROTO, "tcp"),
    match(PROTO, 6),
    match(PROTO, {"set": ["udp", "tcp"]}),
    match({"payload": {"protocol": "ip", "field": "protocol"}}, "tcp"),
    match({"payload": {"protocol": "ip", "field": "version"}}, 4),
    match({"&": [{"payload": {"protocol": "ip", "field": "frag-off"}}, 0x1FFF]}, 0),
    match({"meta": {"key": "nfproto"}}, "ipv4"),
    match({"meta": {"key": "protocol"}}, "ip"),
    match({"meta": {"key": "pkttype"}}, "host"),
    match({"meta": {"key": "mark"}}, 0),
    match({"ct": {"key": "mark"}}, "0x0"),
    match(STATE, "new", "in"),
    match(STATE, ["established", "new"], "in"),
    match(STATE, {"set": ["established", "new"]}),
    match(STATE, "established", "!="),
    match(STATE, ["established", "related"], "!"),
    match(STATUS, "dnat", "in"),
    match(STATUS, "snat", "!"),
    match({"&": [STATUS, "dnat"]}, "dnat"),
    match({"ct": {"key": "direction"}}, "original"),
    match(original("ip daddr"), "198.51.100.2"),
    match(original("proto-dst"), 2222),
    match({"ct": {"key": "ip saddr", "dir": "reply"}}, GUEST),
    match({"ct": {"key": "protocol", "dir": "original"}}, 6),
    match(FLAGS, "syn", "in"),
    match(FLAGS, "syn"),
    match({"&": [FLAGS, ["fin", "syn", "rst", "ack"]]}, "syn"),
    match({"&": [FLAGS, {"|": ["fin", "syn", "rst", "ack"]}]}, "syn"),
    match(FLAGS, "ack", "!"),
    match(FLAGS, {"set": ["syn", {"|": ["syn", "ack"]}]}),
    match(fib("type", "daddr"), "unicast"),
    match(fib("type", "saddr"), "local", "!="),
    match(fib("oif", "saddr", "iif"), True),
    match(fib("oif", "saddr"), "eth0"),
    match(fib("oif", "daddr"), "virbr0"),
    match(fib("check", "saddr", "iif"), True),
]
NO = [
    match(IIF, "virbr0"),
    match(OIF, "eth*"),
    match(IIF, "nonesuch"),
    match({"meta": {"key": "iif"}}, 17),
    match(SADDR, GUEST),
    match(DPORT, 2222),
    match({"payload": {"protocol": "udp", "field": "dport"}}, 22),
    match({"payload": {"protocol": "udp", "field": "dport"}}, 22, "!="),
    match({"payload": {"protocol": "icmp", "field": "type"}}, "echo-request"),
    match({"payload": {"protocol": "ip6", "field": "daddr"}}, "::1"),
    match({"payload": {"protocol": "ip6", "field": "daddr"}}, "::1", "!="),
    match(PROTO, "udp"),
    match({"meta": {"key": "nfproto"}}, "ipv6"),
    match(STATE, "established", "in"),
    match(STATE, "new", "!"),
    match(STATUS, "snat", "in"),
    match(original("ip daddr"), GUEST),
    match(FLAGS, "syn", "!"),
    match(FLAGS, ["syn", "ack"]),
    match(FLAGS, "syn", "!="),
    match(fib("type", "daddr"), "local"),
    match(fib("oif", "saddr", "iif"), False),
    match(fib("oif", "saddr", "iif"), "0"),
    match(fib("oif", "saddr"), "virbr0"),
    match({"meta": {"key": "mark"}}, 1),
]


@pytest.mark.parametrize("statement", YES, ids=str)
def test_holds(statement: dict[str, Any]) -> None:
    assert passes(statement)


@pytest.mark.parametrize("statement", NO, ids=str)
def test_does_not_hold(statement: dict[str, Any]) -> None:
    assert not passes(statement)


@pytest.mark.parametrize(
    ("statement", "there"),
    [
        (match(DADDR, "198.51.100.2"), True),
        (match(DPORT, 2222), True),
        (match(OIF, "virbr0"), False),
        (match(OIF, "x", "!="), True),
        (match(STATE, "new", "in"), True),
        (match(STATUS, "dnat", "in"), False),
        (match(fib("type", "daddr"), "local"), True),
        (match(fib("type", "daddr", "iif"), "local"), True),
    ],
    ids=str,
)
def test_before_translation(statement: dict[str, Any], there: bool) -> None:
    assert matches_early(statement) is there


def test_before_connection_tracking_there_is_no_connection() -> None:
    assert matches_early(match(STATE, "invalid", "in"), prio=-300)
    assert not matches_early(match(STATE, "new", "in"), prio=-300)
    assert not matches_early(match(STATUS, "dnat", "!"), prio=-300)
    assert not matches_early(match({"ct": {"key": "mark"}}, 0), prio=-300)


def test_an_address_is_local_on_its_own_interface_only() -> None:
    there = match(fib("type", "daddr", "iif"), "local")
    moved = replace(WORLD, links=(*WORLD.links, replace(WORLD.links[1], name="eth1", addresses=())))
    assert not passes(there, world=moved)
