"""Verdicts, jumps, sets and maps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packetpath.rules import (
    ACCEPT,
    DPORT,
    DROP,
    FORWARDED,
    OIF,
    REACHED,
    REJECT,
    RETURN,
    Statement,
    chain,
    forward,
    goto,
    jump,
    match,
    path,
)
from tutor.packetpath import Refused, Unknown


def reaches(*parts: list[Statement]) -> bool:
    outcome = path(FORWARDED, *parts).outcome
    assert not isinstance(outcome, Unknown), outcome
    return outcome == REACHED


def a_set(name: str, *elements: Any, kind: str = "set", **more: Any) -> list[Statement]:
    return [{kind: {"family": "ip", "table": "t", "name": name, "handle": 9, "elem": list(elements), **more}}]


OTHERS: list[Statement] = [match({"ct": {"key": "state"}}, "established", "in"), ACCEPT]


def test_accept_ends_its_base_chain_only() -> None:
    assert reaches(forward([ACCEPT], [DROP]))
    assert not reaches(forward([ACCEPT], prio=-10), forward([DROP], name="late", table="inet u"))


@pytest.mark.parametrize("family", ["ip", "inet"])
def test_drop_is_final_in_both_families(family: str) -> None:
    assert not reaches(forward([DROP], [ACCEPT], table=f"{family} t"))


@pytest.mark.parametrize("family", ["ip6", "arp6"])
def test_other_families_do_not_see_the_packet(family: str) -> None:
    assert reaches(forward([DROP], table=f"{family} t"))


def test_who_refused_is_told() -> None:
    outcome = path(FORWARDED, forward([match(OIF, "virbr0"), REJECT])).outcome
    assert isinstance(outcome, Refused)
    assert (outcome.how, outcome.by and outcome.by.handle) == ("reject", 2)
    outcome = path(FORWARDED, forward(policy="drop")).outcome
    assert isinstance(outcome, Refused)
    assert (outcome.how, outcome.by and outcome.by.handle) == ("policy", None)


def test_return_in_a_base_chain_is_its_policy() -> None:
    assert reaches(forward([RETURN], [DROP]))
    assert not reaches(forward([RETURN], [ACCEPT], policy="drop"))


def test_a_jump_comes_back_and_a_goto_does_not() -> None:
    sub = chain("sub", [match(DPORT, 1), ACCEPT])
    assert not reaches(sub, forward([jump("sub")], [DROP]))
    assert reaches(sub, forward([goto("sub")], [DROP]))
    assert not reaches(sub, forward([goto("sub")], [ACCEPT], policy="drop"))


def test_a_goto_returns_to_the_caller_of_its_chain() -> None:
    last = chain("last", [match(DPORT, 1), DROP])
    middle = chain("middle", [goto("last")], [DROP])
    assert reaches(last, middle, forward([jump("middle")], [ACCEPT], policy="drop") + forward(name="x"))


def test_return_goes_back_to_the_rule_after_the_jump() -> None:
    sub = chain("sub", [RETURN], [DROP])
    assert reaches(sub, forward([jump("sub")], [ACCEPT], policy="drop"))


def test_continue_goes_on() -> None:
    assert not reaches(forward([{"continue": None}, ACCEPT], [DROP]))


def test_a_rule_without_a_verdict_goes_on() -> None:
    harmless: list[Statement] = [
        {"counter": {}},
        {"log": {}},
        {"mangle": {"key": {"meta": {"key": "priority"}}, "value": 1}},
    ]
    assert not reaches(forward(harmless, [DROP]))


def test_chains_at_a_hook_are_in_order_of_priority() -> None:
    outcome = path(FORWARDED, forward([DROP], prio=10), forward([REJECT], name="early", prio=-10)).outcome
    assert isinstance(outcome, Refused)
    assert outcome.how == "reject"


def test_verdict_maps() -> None:
    verdicts = {"set": [[22, {"accept": None}], [{"range": [23, 30]}, {"drop": None}]]}
    assert reaches(forward([{"vmap": {"key": DPORT, "data": verdicts}}], OTHERS, policy="drop"))
    other = {"set": [[23, {"accept": None}]]}
    assert not reaches(forward([{"vmap": {"key": DPORT, "data": other}}], OTHERS, policy="drop"))
    rest = {"set": [["*", {"drop": None}], [22, {"jump": {"target": "sub"}}]]}
    assert reaches(chain("sub", [ACCEPT]), forward(OTHERS, [{"vmap": {"key": DPORT, "data": rest}}]))


def test_named_sets_and_maps() -> None:
    some = a_set("s", {"elem": {"val": 22, "timeout": 60}}, {"range": [80, 90]})
    assert reaches(some, forward([match(DPORT, "@s"), ACCEPT], OTHERS, policy="drop"))
    verdicts = a_set("v", [22, {"accept": None}], kind="map")
    assert reaches(verdicts, forward([{"vmap": {"key": DPORT, "data": "@v"}}], OTHERS, policy="drop"))


def test_an_empty_set_holds_nothing() -> None:
    assert not reaches(a_set("s"), forward([match(DPORT, "@s"), ACCEPT], OTHERS, policy="drop"))
    assert reaches(a_set("s"), forward([match(DPORT, "@s", "!="), ACCEPT], OTHERS, policy="drop"))


def test_a_set_of_another_table_is_not_seen() -> None:
    other = [{"set": {"family": "ip", "table": "u", "name": "s", "handle": 9, "elem": [22]}}]
    assert isinstance(
        path(FORWARDED, other, forward([match(DPORT, "@s"), ACCEPT], OTHERS, policy="drop")).outcome, Unknown
    )


def test_marks_are_carried() -> None:
    mark, ctmark = {"meta": {"key": "mark"}}, {"ct": {"key": "mark"}}

    def marked(key: Any, value: Any, asked: Statement) -> bool:
        rules = [{"mangle": {"key": key, "value": value}}], [asked, ACCEPT], OTHERS
        return reaches(forward(*rules, policy="drop"))

    assert marked(mark, 5, match(mark, 5))
    assert marked(mark, {"|": [{"&": [mark, 255]}, 4]}, match({"&": [mark, 4]}, 4))
    assert marked(ctmark, {"^": [ctmark, 3]}, match(ctmark, 3))
    assert marked(ctmark, mark, match(ctmark, 0))
    assert not marked(mark, 5, match(ctmark, 5))
