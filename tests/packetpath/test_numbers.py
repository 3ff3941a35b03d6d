from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.packetpath.numbers import Numbers

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(tuple), max_size=5)
sets = spans.map(lambda found: Numbers.joined((a, b) for a, b in found))


@given(sets, sets)
def test_the_operations_are_those_of_sets(one: Numbers, other: Numbers) -> None:
    assert set(one | other) == set(one) | set(other)
    assert set(one & other) == set(one) & set(other)
    assert set(one - other) == set(one) - set(other)


@given(sets, sets)
def test_equal_sets_are_equal_and_have_one_form(one: Numbers, other: Numbers) -> None:
    assert (one == other) == (set(one) == set(other))
    assert Numbers.of(*one) == one


@given(sets)
def test_size_membership_and_the_only_one(one: Numbers) -> None:
    assert len(one) == len(set(one))
    assert bool(one) == bool(set(one))
    assert [number for number in range(62) if number in one] == list(one)
    assert one.only == (next(iter(one)) if len(one) == 1 else None)
    assert set(one.where(lambda number: number % 2 == 0)) == {number for number in one if number % 2 == 0}


def test_a_span_that_ends_before_it_begins_is_empty() -> None:
    assert not Numbers.span(1, 0)
