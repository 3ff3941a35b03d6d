from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tutor.packetpath.doubt import CERTAIN, Conditions, Doubt, either, under
from tutor.packetpath.step import Place

DOUBTS = [Doubt(name, Place("ip", "t", "c"), (name,)) for name in "abc"]
conditions = st.frozensets(
    st.dictionaries(st.sampled_from(DOUBTS), st.booleans()).map(lambda found: frozenset(found.items())), max_size=4
)


def holds(found: Conditions, answers: dict[Doubt, bool]) -> bool:
    return any(all(answers[doubt] is answer for doubt, answer in one) for one in found)


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


def test_a_doubt_that_changes_nothing_is_forgotten() -> None:
    one, other, _ = DOUBTS
    both = under(under(CERTAIN, one, True), other, False)
    again = either(under(CERTAIN, one, False), either(both, under(under(CERTAIN, one, True), other, True)))
    assert again == CERTAIN
