"""Address translation, connection tracking, and the order of the kernel's stations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.packetpath.rules import (
    ACCEPT,
    DADDR,
    DPORT,
    DROP,
    FORWARDED,
    GUEST,
    OIF,
    REACHED,
    SADDR,
    STATE,
    WORLD,
    Statement,
    chain,
    dnat,
    forward,
    load,
    match,
    path,
    postrouting,
    prerouting,
)
from tutor.packetpath import Local, Packet, Reaches, Refused, Unknown, follow, reply

ELSEWHERE = "192.168.122.51"


def outcome(*parts: list[Statement], **more: Any) -> object:
    return path(*parts, **more).outcome


def test_without_translation_the_packet_is_for_the_machine_itself() -> None:
    assert outcome() == Local("198.51.100.2", "2222")


def test_translated_it_goes_to_the_guest() -> None:
    assert outcome(FORWARDED) == REACHED
    assert outcome(prerouting([dnat(port=None)])) == Reaches(GUEST, "2222", "virbr0")
    assert outcome(prerouting([dnat(address=None)])) == Local("198.51.100.2", "22")


def test_targets_may_be_ranges_and_maps() -> None:
    several = {"range": [GUEST, ELSEWHERE]}
    assert outcome(prerouting([{"dnat": {"addr": several, "port": 22}}])) == Reaches(
        f"{GUEST}-{ELSEWHERE}", "22", "virbr0"
    )
    targets = {"set": [[80, "192.168.122.80"], [2222, GUEST]]}
    by_port = {"dnat": {"addr": {"map": {"key": DPORT, "data": targets}}, "port": 22}}
    assert outcome(prerouting([by_port])) == REACHED
    both = {"set": [[2222, {"concat": [GUEST, 22]}]]}
    assert outcome(prerouting([{"dnat": {"addr": {"map": {"key": DPORT, "data": both}}}}])) == REACHED
    none = {"set": [[80, GUEST]]}
    by_port = {"dnat": {"addr": {"map": {"key": DPORT, "data": none}}}}
    assert outcome(prerouting([by_port], [dnat()])) == REACHED


def test_dnat_ip6_in_a_table_inet_does_nothing() -> None:
    rules = [dnat("fd00::1", family="ip6")], [dnat(family="ip")]
    assert outcome(prerouting(*rules, table="inet t")) == REACHED


def test_redirect_is_to_this_machine() -> None:
    assert outcome(prerouting([{"redirect": {"port": 22}}])) == Local("198.51.100.2", "22")


def test_the_first_translation_wins_and_an_accept_is_none() -> None:
    late = prerouting([dnat(ELSEWHERE)], name="late", prio=0)
    assert outcome(FORWARDED, late) == REACHED
    assert outcome(prerouting([ACCEPT], name="early", prio=-150), FORWARDED) == REACHED
    assert isinstance(outcome(prerouting([DROP], name="early", prio=-150), FORWARDED), Refused)


def test_of_two_chains_with_one_priority_the_later_comes_first() -> None:
    later = prerouting([dnat()], name="later", handle=99)
    assert outcome(prerouting([dnat(ELSEWHERE)]), later) == REACHED


def test_of_two_tables_nobody_knows_which_comes_first() -> None:
    other = prerouting([dnat(ELSEWHERE)], table="ip u")
    unknown = outcome(FORWARDED, other)
    assert isinstance(unknown, Unknown)
    assert unknown.construct == "the order of t pre, u pre"
    assert outcome(FORWARDED, prerouting([dnat()], table="ip u")) == REACHED


@pytest.mark.parametrize("prio", [-190, -100, 0, 300])
def test_chains_of_type_nat_translate_at_the_same_point_whatever_their_priority(prio: int) -> None:
    nat = prerouting([match(DPORT, 2222), dnat()], prio=prio)
    early = chain("early", [match(DPORT, 2222), DROP], hook="prerouting", prio=-50)
    late = chain("late", [match(DADDR, GUEST), match(DPORT, 22), DROP], hook="prerouting", prio=-50)
    assert outcome(nat, early) == REACHED
    assert isinstance(outcome(nat, late), Refused)


def test_an_untracked_packet_is_not_translated() -> None:
    raw = chain("raw", [{"notrack": None}], hook="prerouting", prio=-300)
    assert outcome(FORWARDED, raw) == Local("198.51.100.2", "2222")
    late = chain("late", [{"notrack": None}], hook="prerouting", prio=-150)
    assert outcome(FORWARDED, late) == REACHED


def test_the_answer_is_translated_back_and_bypasses_nat_chains() -> None:
    ruleset = load(FORWARDED, postrouting([match(OIF, "eth0"), DROP]))
    there = follow(ruleset, WORLD, Packet("eth0", "203.0.113.7", "198.51.100.2", 2222))
    assert there.outcome == REACHED
    back = reply(ruleset, WORLD, there)
    assert isinstance(back.outcome, Reaches)
    assert (back.outcome.address, back.outcome.interface) == ("203.0.113.7", "eth0")


@pytest.mark.parametrize(("prio", "seen"), [(50, GUEST), (150, "198.51.100.2")])
def test_at_postrouting_the_answer_gets_its_old_sender_at_priority_100(prio: int, seen: str) -> None:
    post = chain("p", [match(SADDR, seen), DROP], hook="postrouting", prio=prio)
    other = GUEST if seen != GUEST else "198.51.100.2"
    assert isinstance(outcome(FORWARDED, post), Refused)
    post = chain("p", [match(SADDR, other), DROP], hook="postrouting", prio=prio)
    assert outcome(FORWARDED, post) == REACHED


def test_the_connection_needs_the_answer_and_the_next_packet_too() -> None:
    new = [match(STATE, "new", "in"), ACCEPT]
    answers = [match({"meta": {"key": "iifname"}}, "virbr0"), ACCEPT]
    rest = [match(STATE, "established", "in"), ACCEPT]
    assert isinstance(outcome(FORWARDED, forward(new, policy="drop")), Refused)
    assert isinstance(outcome(FORWARDED, forward(new, answers, policy="drop")), Refused)
    assert outcome(FORWARDED, forward(new, rest, policy="drop")) == REACHED


def masquerade(kind: str = "masquerade", **arguments: Any) -> list[Statement]:
    return postrouting([match(OIF, "virbr0"), {kind: arguments or None}])


def test_masquerade_takes_the_address_of_the_outgoing_interface() -> None:
    seen = path(FORWARDED, masquerade())
    assert seen.outcome == REACHED
    assert ("address", "192.168.122.1") in [value for step in seen.steps for value in step.values]
    assert outcome(FORWARDED, masquerade(port={"range": [1024, 65535]})) == REACHED


@pytest.mark.parametrize(
    ("source", "comes_back"), [("192.168.122.1", True), ("10.0.0.1", True), (ELSEWHERE, False)]
)
def test_the_answer_must_find_back(source: str, comes_back: bool) -> None:
    assert (outcome(FORWARDED, masquerade("snat", addr=source)) == REACHED) is comes_back


@pytest.mark.parametrize(
    ("change", "how"),
    [
        ({"forwarding": False}, "no-forwarding"),
        ({"links": WORLD.links[:2], "routes": ()}, "no-route"),
        ({"rp_filter": {"eth0": 1}, "routes": ()}, "sender-refused"),
        ({"rp_filter": {"eth0": 2}, "routes": ()}, "sender-refused"),
    ],
)
def test_routing_may_refuse(change: dict[str, Any], how: str) -> None:
    assert outcome(FORWARDED, world=replace(WORLD, **change)) == Refused(how, None)


def test_a_strict_rp_filter_lets_through_what_comes_from_the_right_side() -> None:
    assert outcome(FORWARDED, world=replace(WORLD, rp_filter={"eth0": 1, "virbr0": 1})) == REACHED


def test_loopback_is_not_routed() -> None:
    to_loopback = prerouting([dnat("127.0.0.1")])
    assert outcome(to_loopback) == Refused("no-route", None)
    assert outcome(to_loopback, world=replace(WORLD, route_localnet=True)) == Local("127.0.0.1", "22")


def test_a_writer_of_addresses_leaves_the_outcome_unknown() -> None:
    change = chain("m", [{"mangle": {"key": DADDR, "value": GUEST}}], hook="prerouting", prio=-150)
    unknown = outcome(change)
    assert isinstance(unknown, Unknown)
    assert unknown.construct == "ip daddr set"
