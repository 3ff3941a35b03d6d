"""What holds for all rulesets."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packetpath.rules import (
    ACCEPT,
    DADDR,
    DPORT,
    DROP,
    GUEST,
    IIF,
    OIF,
    REJECT,
    RETURN,
    SADDR,
    STATE,
    SYN,
    WORLD,
    Statement,
    chain,
    dnat,
    goto,
    jump,
    match,
)
from tutor.packetpath import Local, Path, Reaches, Refused, Ruleset, Unknown, connect, could_leave

CONDITIONS = [
    match(DPORT, 2222),
    match(DPORT, {"range": [1, 100]}),
    match(DPORT, {"set": [22, 80]}, "!="),
    match(SADDR, "203.0.113.7"),
    match(DADDR, GUEST),
    match(IIF, "eth0"),
    match(IIF, "virbr0", "!="),
    match(OIF, "virbr0"),
    match(STATE, "new", "in"),
    match(STATE, "established", "in"),
    match({"ct": {"key": "status"}}, "dnat", "in"),
    match({"meta": {"key": "mark"}}, 1),
]
UNKNOWNS: list[Statement] = [
    {"limit": {}},
    {"frobnicate": {"x": 1}},
    {"xt": {"type": "match", "name": "m"}},
    {"xt": {"type": "target", "name": "T"}},
    match({"meta": {"key": "skuid"}}, 0),
    match(SADDR, "@none"),
    {"queue": None},
]
ENDS = [
    ACCEPT,
    DROP,
    REJECT,
    RETURN,
    jump("sub"),
    goto("sub"),
    {"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}},
]

conditions = st.lists(st.sampled_from(CONDITIONS), max_size=2)
filtering = st.builds(lambda found, end: [*found, end], conditions, st.sampled_from(ENDS))
translating = st.builds(
    lambda found, end: [*found, end], conditions, st.sampled_from([dnat(), ACCEPT, RETURN])
)
leaf = st.builds(lambda found, end: [*found, end], conditions, st.sampled_from([ACCEPT, DROP, RETURN]))
some = st.lists(filtering, max_size=4)


@st.composite
def rulesets(draw: st.DrawFn, doubtful: bool = False) -> list[Statement]:
    rules = some
    if doubtful:
        rules = st.lists(
            st.builds(
                lambda found, unknown, end: [*found, *unknown, *end],
                conditions,
                st.lists(st.sampled_from(UNKNOWNS), max_size=1),
                st.lists(st.sampled_from(ENDS), max_size=1),
            ),
            max_size=4,
        )
    policy = st.sampled_from(["accept", "accept", "drop"])
    entries = chain("sub", *draw(st.lists(leaf, max_size=2)))
    entries += chain(
        "pre", *draw(st.lists(translating, max_size=2)), [dnat()], hook="prerouting", type="nat", prio=-100
    )
    entries += chain("early", *draw(some), hook="prerouting", prio=draw(st.sampled_from([-300, -150, 0])))
    entries += chain("fw", *draw(rules), hook="forward", prio=0, policy=draw(policy))
    entries += chain("fx", *draw(rules), hook="forward", prio=5, policy=draw(policy))
    return entries


def judge(entries: list[Statement]) -> Path:
    return connect(Ruleset.parse({"nftables": entries}), WORLD, SYN)


def kind(path: Path) -> object:
    outcome = path.outcome
    if isinstance(outcome, Refused):
        return outcome.how
    return outcome.construct if isinstance(outcome, Unknown) else outcome


@given(rulesets())
def test_a_ruleset_of_known_constructs_is_never_unknown(entries: list[Statement]) -> None:
    assert not isinstance(judge(entries).outcome, Unknown)


@given(
    st.lists(st.lists(st.sampled_from(UNKNOWNS), min_size=1, max_size=3), min_size=1, max_size=4),
    st.booleans(),
)
def test_unknown_constructs_alone_never_let_a_forward_pass(rules: list[Any], translated: bool) -> None:
    entries = chain("pre", *rules, hook="prerouting", type="nat", prio=-100)
    assert isinstance(judge(entries).outcome, (Unknown, Local))
    guarded = chain("fw", *rules, hook="forward", policy="drop")
    if translated:
        guarded += chain("pre", [dnat()], hook="prerouting", type="nat", prio=-100)
    assert not isinstance(judge(guarded).outcome, Reaches)


NAMES = {"t": "u", "sub": "a", "pre": "zz", "early": "b", "fw": "FORWARD", "fx": "d"}


def renamed(entry: Any) -> Any:
    if isinstance(entry, dict):
        return {k: NAMES.get(v, v) if isinstance(v, str) else renamed(v) for k, v in entry.items()}
    return [renamed(one) for one in entry] if isinstance(entry, list) else entry


@given(rulesets())
def test_names_never_matter(entries: list[Statement]) -> None:
    assert kind(judge(renamed(entries))) == kind(judge(entries))


UNRELATED = st.sampled_from([
    [match(DPORT, 9), DROP],
    [match(SADDR, "192.0.2.1"), REJECT],
    [match(IIF, "virbr1"), DROP],
    [match({"payload": {"protocol": "udp", "field": "dport"}}, 22), ACCEPT],
    [match({"payload": {"protocol": "ip6", "field": "daddr"}}, "::1", "!="), DROP],
    [match({"meta": {"key": "nfproto"}}, "ipv6"), DROP],
    [{"counter": None}],
    [{"log": {"prefix": "x"}}],
    [match(DPORT, 9), {"frobnicate": None}],
])  # fmt: skip


@given(rulesets(doubtful=True), UNRELATED, st.data())
def test_an_unrelated_rule_never_matters(
    entries: list[Statement], rule: list[Statement], data: st.DataObject
) -> None:
    before = kind(judge(entries))
    name = data.draw(st.sampled_from(["sub", "pre", "early", "fw", "fx"]))
    new = {"rule": {"family": "ip", "table": "t", "chain": name, "handle": 99, "expr": rule}}
    place = data.draw(st.integers(0, len(entries)))
    after = [*entries[:place], new, *entries[place:]]
    assert kind(judge(after)) == before
    elsewhere = chain("own", rule, table="ip v", hook="forward", prio=-5)
    assert kind(judge(entries + elsewhere)) == before


@given(rulesets(doubtful=True), st.sampled_from(CONDITIONS))
def test_knowing_less_never_turns_one_answer_into_another(
    entries: list[Statement], hidden: Statement
) -> None:
    """A condition made unknown leaves the outcome as it was, or makes it unknown."""
    veiled = json.loads(json.dumps(entries).replace(json.dumps(hidden), json.dumps({"limit": {}})))
    known, less = judge(entries).outcome, judge(veiled).outcome
    if not isinstance(less, Unknown) and not isinstance(known, Unknown):
        assert type(less) is type(known)


@settings(max_examples=50)
@given(rulesets(doubtful=True))
def test_what_may_leave_is_said_of_every_ruleset(entries: list[Statement]) -> None:
    found = could_leave(Ruleset.parse({"nftables": entries}), WORLD, "virbr1")
    refusing = chain("none", [match(IIF, "virbr1"), DROP], table="ip v", hook="forward", prio=99)
    assert found.answer in ("no", "yes", "unknown")
    assert could_leave(Ruleset.parse({"nftables": entries + refusing}), WORLD, "virbr1").answer == "no"
