from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tutor.packetpath.doubt import CERTAIN, Conditions, Decision, Doubt, either, under
from tutor.packetpath.step import Place

DOUBTS = [Doubt(name, Place("ip", "t", "c"), (name,)) for name in "abc"]


def _all_of(answers: dict[Doubt, bool]) -> Conditions:
    found: Conditions = CERTAIN
    for doubt, answer in answers.items():
        found = under(found, doubt, answer)
    return found


def _any_of(some: list[Conditions]) -> Conditions:
    found: Conditions = False
    for one in some:
        found = either(found, one)
    return found


one_way = st.dictionaries(st.sampled_from(DOUBTS), st.booleans()).map(_all_of)
conditions = st.lists(one_way, max_size=4).map(_any_of)


def holds(found: Conditions, answers: dict[Doubt, bool]) -> bool:
    while isinstance(found, Decision):
        found = found.yes if answers[found.doubt] else found.no
    return found


ALL = [dict(zip(DOUBTS, answers, strict=True)) for answers in product([True, False], repeat=3)]


@given(conditions, conditions)
def test_either_is_or(one: Conditions, other: Conditions) -> None:
    joined = either(one, other)
    assert all(holds(joined, answers) == (holds(one, answers) or holds(other, answers)) for answers in ALL)


@given(conditions, st.sampled_from(DOUBTS), st.booleans())
def test_under_is_and(found: Conditions, doubt: Doubt, answer: bool) -> None:
    narrowed = under(found, doubt, answer)
    assert all(
        holds(narrowed, answers) == (holds(found, answers) and answers[doubt] is answer) for answers in ALL
    )


@given(conditions, conditions)
def test_what_holds_alike_is_alike(one: Conditions, other: Conditions) -> None:
    alike = all(holds(one, answers) == holds(other, answers) for answers in ALL)
    assert (one == other) is alike
    assert not alike or hash(one) == hash(other)


def test_a_doubt_that_changes_nothing_is_forgotten() -> None:
    one, other, _ = DOUBTS
    both = under(under(CERTAIN, one, True), other, False)
    again = either(under(CERTAIN, one, False), either(both, under(under(CERTAIN, one, True), other, True)))
    assert again is CERTAIN
