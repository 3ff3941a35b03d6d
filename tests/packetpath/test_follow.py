"""The whole way: the API, its explanation, and whether packets of the isolated network could leave."""

from __future__ import annotations

import json
import re

import pytest

from tests.packetpath.rules import (
    ACCEPT,
    DADDR,
    DPORT,
    DROP,
    FORWARDED,
    GUEST,
    IIF,
    OIF,
    REACHED,
    REJECT,
    STATE,
    SYN,
    UNKNOWN,
    WORLD,
    Statement,
    chain,
    dnat,
    forward,
    jump,
    load,
    match,
    path,
    postrouting,
    prerouting,
)
from tutor.packetpath import Leaving, MalformedRuleset, Refused, Ruleset, could_leave, explain, follow
from tutor.packetpath.explain import where

#: What libvirt's iptables backend makes for a network with NAT and an isolated one, in short.
LIBVIRT = [
    *chain(
        "FWI",
        [match(OIF, "virbr1"), REJECT],
        [
            match(OIF, "virbr0"),
            match(DADDR, {"prefix": {"addr": "192.168.122.0", "len": 24}}),
            match(STATE, "established", "in"),
            ACCEPT,
        ],
        [match(OIF, "virbr0"), REJECT],
    ),
    *chain("FWO", [match(IIF, "virbr1"), REJECT], [match(IIF, "virbr0"), ACCEPT]),
    *forward([jump("FWI")], [jump("FWO")]),
]


def leaving(*parts: list[Statement]) -> Leaving:
    return could_leave(load(*parts), WORLD, "virbr1")


def test_the_steps_tell_the_way() -> None:
    steps = [explain(step).render(str) for step in path(FORWARDED, forward([DROP])).steps]
    assert steps[0].startswith("prerouting: now addressed to 192.168.122.50 port 22: rule ")
    assert steps[1] == "routing: out through virbr0"
    assert steps[2].startswith("forward: dropped: rule ")
    assert "in chain ip t fw (handle 2)" in steps[2]


def test_rules_are_told_in_their_own_text() -> None:
    text = "table ip t {\n\tchain fw { # handle 1\n\t\tcounter packets 3 bytes 9 drop # handle 2\n\t}\n}\n"
    outcome = path(FORWARDED, forward([DROP]), text=text).outcome
    assert isinstance(outcome, Refused)
    assert outcome.by is not None
    assert where(outcome.by).render(str) == "rule drop in chain ip t fw (handle 2)"


def test_every_action_has_a_sentence() -> None:
    mixed = [
        *prerouting([dnat()]),
        *chain("sub", [{"return": None}]),
        *forward([jump("sub")], [UNKNOWN], [ACCEPT]),
        *postrouting([{"masquerade": None}]),
    ]
    for step in path(mixed).steps:
        assert not re.search(r"\{[a-z_]+\}", explain(step).render(str))


def test_nothing_leaves_the_isolated_network() -> None:
    assert leaving(LIBVIRT) == Leaving("no")


def test_without_rules_it_is_routed_out() -> None:
    assert leaving().answer == "yes"
    assert could_leave(load(), WORLD, "virbr1", "192.168.50.7/32").answer == "yes"


@pytest.mark.parametrize("asked", [match(DPORT, 443), match(DADDR, "192.0.2.1"), match(OIF, "virbr0")])
def test_one_accept_is_enough_to_leave(asked: Statement) -> None:
    opened = forward([match(IIF, "virbr1"), asked, ACCEPT], [match(IIF, "virbr1"), DROP])
    assert leaving(opened).answer == "yes"


def test_what_leaves_for_certain_is_named() -> None:
    perhaps = [match(DPORT, 80), UNKNOWN, ACCEPT]
    found = leaving(forward(perhaps, [match(DPORT, 443), ACCEPT], [match(DPORT, 22), ACCEPT], policy="drop"))
    assert found.answer == "yes"
    assert found.path
    assert {state.numbers("original dport").only for state in found.path.passed} == {443, 22}


def test_a_port_forward_that_takes_it_out_for_certain_comes_first() -> None:
    perhaps = prerouting([match(DPORT, 80), UNKNOWN, dnat(port=80)], [match(DPORT, 443), dnat(port=443)])
    found = leaving(perhaps, forward([match(OIF, "virbr0"), ACCEPT], policy="drop"))
    assert found.translated
    assert not found.translated.doubts
    assert [state.numbers("original dport").only for state in found.translated.passed] == [443]


def test_what_one_rule_refuses_another_does_not_let_out() -> None:
    rules = [match(DPORT, 443), DROP], [match(DPORT, 443), ACCEPT]
    assert leaving(forward(*rules, policy="drop")).answer == "no"
    rules = [match(DPORT, {"range": [400, 500]}), DROP], [match(DPORT, {"range": [500, 600]}), ACCEPT]
    assert leaving(forward(*rules, policy="drop")).answer == "yes"


def test_an_unknown_rule_that_may_let_it_out_is_unknown() -> None:
    found = leaving(forward([UNKNOWN, ACCEPT], policy="drop"))
    assert found.answer == "unknown"
    assert (
        leaving(forward([match(DPORT, 1), UNKNOWN, ACCEPT], [match(IIF, "virbr1"), REJECT])).answer
        == "unknown"
    )
    assert leaving(forward([match(IIF, "virbr0"), UNKNOWN, ACCEPT], policy="drop")).answer == "no"


def test_an_unknown_rule_that_may_keep_it_in_is_unknown_too() -> None:
    assert leaving(forward([{"limit": {}}, DROP])).answer == "unknown"
    assert leaving(forward([{"limit": {}}, ACCEPT])).answer == "yes"


def test_masquerading_alone_lets_nothing_out() -> None:
    assert leaving(LIBVIRT, postrouting([{"masquerade": None}])).answer == "no"


def test_a_port_forward_is_not_a_way_out() -> None:
    opened = chain("f", [match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT], table="ip u")
    found = leaving(FORWARDED, opened, forward([match(OIF, "virbr0"), ACCEPT], policy="drop", name="g"))
    assert found.answer == "yes"
    only = forward([match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT], policy="drop")
    found = leaving(FORWARDED, only)
    assert found.answer == "no"
    assert found.translated is not None
    assert found.translated.outcome == REACHED


@pytest.mark.parametrize(
    "printed", ["", "[]", "{}", '{"nftables": [{"rule": {}}]}', '{"nftables": 3}', "[" * 99999]
)
def test_what_is_not_nfts_is_refused(printed: str) -> None:
    with pytest.raises(MalformedRuleset):
        Ruleset.parse(printed)


def test_a_hostile_ruleset_is_only_unknown() -> None:
    odd: list[Statement] = [
        {"match": 3},
        {"match": {}},
        {"dnat": []},
        {"vmap": None},
        {},
        {"mangle": {"key": {}}},
        {"jump": {"target": "none"}},
        jump("loop"),
    ]
    loop = chain("loop", [jump("loop")])
    for statement in odd:
        rule = [statement]
        assert not isinstance(path(FORWARDED, loop, forward(rule)).outcome, Refused)


def test_a_table_that_sleeps_is_not_seen() -> None:
    asleep: list[Statement] = [{"table": {"family": "ip", "name": "t", "handle": 1, "flags": "dormant"}}]
    assert path(asleep, FORWARDED).outcome == path().outcome
    text = "table ip t { # handle 1\n\tflags dormant\n\n\tchain pre { # handle 1\n\t}\n}\n"
    assert path(FORWARDED, text=text).outcome == path().outcome


def test_devices_come_from_the_text_where_json_lacks_them() -> None:
    text = (
        "table netdev n {\n\tchain c { # handle 1\n"
        '\t\ttype filter hook ingress devices = { "eth0", lo } priority 0; policy accept;\n\t}\n}\n'
    )
    dropping = chain("c", [DROP], table="netdev n", hook="ingress")
    assert isinstance(path(FORWARDED, dropping, text=text).outcome, Refused)


def test_json_may_come_parsed_or_printed() -> None:
    document = {"nftables": FORWARDED}
    for given in (document, json.dumps(document)):
        assert follow(Ruleset.parse(given), WORLD, SYN).outcome == REACHED
    assert GUEST in json.dumps(document)
