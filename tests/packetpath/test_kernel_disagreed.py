"""Where the kernel once did otherwise (``make kernel``): each disagreement, as small as it was made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packetpath.rules import (
    ACCEPT,
    DADDR,
    DPORT,
    DROP,
    FORWARDED,
    GUEST,
    REACHED,
    REJECT,
    SADDR,
    WORLD,
    Statement,
    chain,
    forward,
    load,
    match,
    path,
    postrouting,
    prerouting,
)
from tutor.dataclass import replace
from tutor.packetpath import Local, Packet, Reaches, Refused, Unknown, connect, could_leave, follow

RESET: Statement = {"reject": {"type": "tcp reset"}}
DATAGRAM = Packet("eth0", "203.0.113.7", "198.51.100.2", 2222, 17)
FROM_GUEST = Packet("virbr0", GUEST, "203.0.113.7", 80)


def written(field: str, value: Any, protocol: str = "ip") -> Statement:
    key = {"payload": {"protocol": protocol, "field": field}}
    return {"mangle": {"key": key, "value": value}}


def test_a_reset_is_for_tcp_alone_though_nft_hides_that_condition() -> None:
    rules = load(chain("f", [RESET], hook="forward"))
    assert isinstance(follow(rules, WORLD, FROM_GUEST).outcome, Refused)
    datagram = replace(FROM_GUEST, protocol=17)
    assert follow(rules, WORLD, datagram).outcome == Reaches("203.0.113.7", "80", "eth0")
    assert could_leave(rules, WORLD, "virbr0").answer == "yes"


def test_other_rejects_are_for_everybody() -> None:
    early = chain("early", [REJECT], hook="prerouting", prio=-150)
    assert isinstance(path(early, packet=DATAGRAM).outcome, Refused)
    early = chain("early", [RESET], hook="prerouting", prio=-150)
    assert path(early, packet=DATAGRAM).outcome == Local("198.51.100.2", "2222")


def test_an_answer_that_leaves_elsewhere_may_not_get_back() -> None:
    """A guest with an address that the routes look for behind another interface."""
    stranger = Packet("virbr0", "10.1.2.3", "203.0.113.7", 80)
    assert follow(load(), WORLD, stranger).outcome == Reaches("203.0.113.7", "80", "eth0")
    assert connect(load(), WORLD, stranger).outcome == Unknown("the way back", None)
    masqueraded = load(postrouting([match(SADDR, "10.1.2.3"), {"masquerade": None}]))
    assert connect(masqueraded, WORLD, stranger).outcome == Unknown("the way back", None)


ANYTHING = [match({"meta": {"key": "iifname"}}, {"set": ["eth0", "virbr0"]}, "!="), DROP]
OF_IP: list[list[Statement]] = [
    [match(SADDR, "10.9.8.7", "!="), DROP],
    [match(DPORT, 22), DROP],
    [match({"meta": {"key": "l4proto"}}, "tcp"), DROP],
    [match({"meta": {"key": "protocol"}}, "ip"), ANYTHING[0], DROP],
]
OF_ARP = [match({"payload": {"protocol": "ether", "field": "type"}}, "arp"), DROP]
NOT_IP = [match({"meta": {"key": "protocol"}}, "ip", "!="), DROP]


@pytest.mark.parametrize(
    ("rules", "base", "answer"),
    [
        ([ANYTHING], {}, "unknown"),
        ([OF_ARP], {}, "unknown"),
        ([NOT_IP], {}, "unknown"),
        ([], {"policy": "drop"}, "unknown"),
        (OF_IP, {}, "yes"),
        ([[ANYTHING[0], ACCEPT]], {}, "yes"),
        ([ANYTHING], {"dev": "eth0"}, "yes"),
        ([ANYTHING], {"table": "inet n"}, "yes"),
    ],
)
def test_who_is_not_found_by_arp_gets_nothing(
    rules: list[list[Statement]], base: dict[str, Any], answer: str
) -> None:
    """Its answers come in where the packet leaves, and a chain of netdev at that device sees them."""
    ingress = {"table": "netdev n", "hook": "ingress", "dev": "virbr1", **base}
    only = forward([match({"meta": {"key": "oifname"}}, "virbr1"), ACCEPT], policy="drop")
    assert could_leave(load(only, chain("c", *rules, **ingress)), WORLD, "virbr0").answer == answer


def test_nobody_answers_a_packet_from_himself() -> None:
    to_itself = prerouting([{"dnat": {"addr": "203.0.113.7"}}])
    assert path(to_itself).outcome == Refused("no-way-back", None)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(written("saddr", "10.9.8.7"), id="the sender's address"),
        pytest.param(written("daddr", "10.9.8.7"), id="the receiver's address"),
        pytest.param(written("sport", 4000, "tcp"), id="the sender's port"),
        pytest.param(written("dport", 4000, "tcp"), id="the receiver's port"),
    ],
)
def test_an_answer_that_rules_write_to_is_nobodys(rule: Statement) -> None:
    """The answer's addresses were written behind everything that looks at them again."""
    of_answers = match({"ct": {"key": "direction"}}, "reply")
    late = chain("late", [of_answers, rule], hook="postrouting", prio=200)
    assert isinstance(path(FORWARDED, late).outcome, Unknown)
    assert path(FORWARDED, chain("late", [rule], hook="postrouting", prio=200)).outcome != REACHED


def test_a_sender_who_was_written_may_be_refused_by_the_routes() -> None:
    early = chain("early", [written("saddr", "10.9.8.7")], hook="prerouting", prio=101)
    assert isinstance(path(early).outcome, Unknown)
    assert isinstance(path(FORWARDED, early, forward([match(DPORT, 22), ACCEPT])).outcome, Unknown)


CT_MARK = {"ct": {"key": "mark"}}


def marking(key: str, value: Any) -> Statement:
    return {"mangle": {"key": {key: {"key": "mark"}}, "value": value}}


def test_a_connection_that_is_not_there_yet_takes_no_mark() -> None:
    early = chain("early", [marking("ct", 1)], hook="prerouting", prio=-300)
    refusing = forward([match(CT_MARK, 1), REJECT])
    assert path(FORWARDED, early, refusing).outcome == REACHED


def test_to_read_the_mark_of_no_connection_ends_the_rule() -> None:
    early = chain("early", [marking("meta", CT_MARK), REJECT], hook="prerouting", prio=-300)
    assert path(FORWARDED, early).outcome == REACHED
    late = chain("late", [marking("meta", CT_MARK), REJECT], hook="prerouting", prio=-150)
    assert isinstance(path(FORWARDED, late).outcome, Refused)


def test_where_tracking_begins_with_the_answer_nobody_knows() -> None:
    """The answer to an untracked datagram is a connection of its own, and is translated like one."""
    datagram = replace(FROM_GUEST, protocol=17)
    early = chain("early", [match(SADDR, GUEST), {"notrack": None}], hook="prerouting", prio=-300)
    rules = load(early, postrouting([{"snat": {"addr": "10.9.8.7"}}]))
    assert connect(rules, WORLD, datagram).outcome == Unknown("notrack", None)
    assert follow(rules, WORLD, datagram).outcome == Reaches("203.0.113.7", "80", "eth0")


def test_an_answer_that_is_written_to_before_tracking_is_nobodys() -> None:
    """Were it recognized, the record of the masquerading would set its address right again."""
    masqueraded = postrouting([{"masquerade": None}])
    key = {"payload": {"protocol": "ip", "field": "saddr"}}
    early = chain(
        "early", [match(key, "203.0.113.7"), written("daddr", "10.9.8.7")], hook="prerouting", prio=-400
    )
    assert connect(load(masqueraded), WORLD, FROM_GUEST).outcome == Reaches("203.0.113.7", "80", "eth0")
    assert isinstance(connect(load(masqueraded, early), WORLD, FROM_GUEST).outcome, Unknown)


@pytest.mark.parametrize("prefix", ["0.0.0.0/8", "240.0.0.0/4"])
def test_addresses_that_nobody_has_are_forwarded(prefix: str) -> None:
    """Once refused as no host's own (RFC 1122); Linux routes them like any other."""
    network, length = prefix.split("/")
    there = match(DADDR, {"prefix": {"addr": network, "len": int(length)}})
    assert could_leave(load(forward([there, ACCEPT], policy="drop")), WORLD, "virbr1").answer == "yes"
    host = network.replace("0.0.0", "0.0.1", 1)
    assert follow(load(), WORLD, replace(FROM_GUEST, destination=host)).outcome == Reaches(host, "80", "eth0")


@pytest.mark.parametrize("host", ["0.0.0.0", "255.255.255.255"])  # noqa: S104 - a destination
def test_nobody_and_everybody_are_not_forwarded(host: str) -> None:
    refusing = forward([match(DADDR, host), ACCEPT], policy="drop")
    assert could_leave(load(refusing), WORLD, "virbr1").answer == "no"


@pytest.mark.parametrize(("rp_filter", "answer"), [(0, "yes"), (1, "no"), (2, "no")])
def test_nobody_sends_from_a_networks_broadcast_address_where_senders_are_looked_at(
    rp_filter: int, answer: str
) -> None:
    rules = load(forward([match(SADDR, "192.168.50.255"), ACCEPT], policy="drop"))
    assert could_leave(rules, replace(WORLD, rp_filter={"virbr1": rp_filter}), "virbr1").answer == answer


def test_icmp_has_no_ports_in_its_connections_record() -> None:
    """An echo request counts as one to port 2048 there, the type and the code of the message."""
    recorded = match({"ct": {"key": "proto-dst", "dir": "original"}}, {"range": [50, 2222]})
    only_icmp = [match({"meta": {"key": "l4proto"}}, {"set": ["tcp", "udp"]}), DROP]
    assert could_leave(load(forward(only_icmp)), WORLD, "virbr1").answer == "yes"
    assert could_leave(load(forward(only_icmp, [recorded, DROP])), WORLD, "virbr1").answer == "unknown"
    assert could_leave(load(forward([recorded, DROP])), WORLD, "virbr1").answer == "yes"


@pytest.mark.parametrize("loose", [False, True])
def test_rpfilter_takes_no_broadcast_address_for_a_senders(loose: bool) -> None:
    """Its translation by nft does."""
    rpfilter = {"xt": {"type": "match", "name": "rpfilter"}}
    early = chain("early", [rpfilter, DROP], hook="prerouting", prio=-150)
    rule = f"fib saddr {'' if loose else '. iif '}oif 0 drop"
    text = f"table ip t {{\n\tchain early {{ # handle 1\n\t\t{rule} # handle 2\n\t}}\n}}\n"
    broadcast = forward([match(SADDR, "192.168.50.255"), ACCEPT], policy="drop")
    assert could_leave(load(early, broadcast, text=text), WORLD, "virbr1").answer == "no"
    others = forward([match(SADDR, "192.168.50.10"), ACCEPT], policy="drop")
    assert could_leave(load(early, others, text=text), WORLD, "virbr1").answer == "yes"
    translated = {"fib": {"result": "oif", "flags": ["saddr"] if loose else ["saddr", "iif"]}}
    written = chain("early", [match(translated, 0), DROP], hook="prerouting", prio=-150)
    assert could_leave(load(written, broadcast), WORLD, "virbr1").answer == "yes"


def test_rpfilter_makes_no_translation_beside_it_trustworthy() -> None:
    """Nft lists ``--src-type UNICAST ! --dst-type MULTICAST`` as a sender that is not unicast."""
    names = [{"xt": {"type": "match", "name": name}} for name in ("addrtype", "rpfilter")]
    early = chain("early", [*names, DROP], hook="prerouting", prio=-300)
    rule = "fib saddr type != unicast fib saddr . iif oif != 0 drop"
    text = f"table ip t {{\n\tchain early {{ # handle 1\n\t\t{rule} # handle 2\n\t}}\n}}\n"
    outcome = path(early, packet=FROM_GUEST, text=text).outcome
    assert isinstance(outcome, Unknown)
    assert outcome.construct == "iptables -m addrtype"
