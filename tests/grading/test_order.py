"""Needs first, and a circle is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.worlds import spec
from tutor.course.records import CheckSpec
from tutor.errors import CourseError
from tutor.grading.order import with_needs


def _by_id(specs: list[CheckSpec]) -> dict[str, CheckSpec]:
    return {one.id: one for one in specs}


def test_the_order_of_the_course_where_nothing_is_needed() -> None:
    specs = _by_id([spec(name) for name in "dacb"])
    assert [one.check for one in with_needs(specs.values(), specs)] == list("dacb")


def test_needs_come_first_and_come_along() -> None:
    specs = _by_id([spec("a", "c"), spec("b"), spec("c", "d"), spec("d"), spec("e")])
    assert [one.check for one in with_needs([specs["l/s/a"]], specs)] == ["d", "c", "a"]


@pytest.mark.parametrize(
    ("needs", "circle"),
    [
        ({"a": "a"}, "l/s/a → l/s/a"),
        ({"a": "b", "b": "a"}, "l/s/a"),
        ({"a": "b", "b": "c", "c": "a", "d": ""}, "l/s/c"),
    ],
)
def test_a_circle_is_named(needs: dict[str, str], circle: str) -> None:
    specs = _by_id([spec(name, *need) for name, need in needs.items()])
    with pytest.raises(CourseError) as error:
        with_needs(specs.values(), specs)
    said = error.value.what.render(str)
    assert circle in said
    assert " → " in said
    assert "l/s/d" not in said


def test_a_need_that_does_not_exist() -> None:
    specs = _by_id([spec("a", "x")])
    with pytest.raises(CourseError) as error:
        with_needs(specs.values(), specs)
    assert error.value.what.render(str) == "l/s/a needs l/s/x, which does not exist"


@st.composite
def courses(draw: st.DrawFn) -> list[CheckSpec]:
    """Specs without a circle, in any order."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 12)))]
    specs = [
        spec(name, *draw(st.lists(st.sampled_from(names[:place]), unique=True)) if place else ())
        for place, name in enumerate(names)
    ]
    return draw(st.permutations(specs))


@given(courses(), st.data())
def test_any_course(specs: list[CheckSpec], data: st.DataObject) -> None:
    selected = data.draw(st.lists(st.sampled_from(specs), unique_by=lambda one: one.id))
    ordered = with_needs(selected, _by_id(specs))
    places = {one.id: place for place, one in enumerate(ordered)}
    assert len(places) == len(ordered)
    assert {one.id for one in selected} <= set(places)
    assert all(places[need] < places[one.id] for one in ordered for need in one.needs)
    # Nobody runs who was neither selected nor needed.
    needed = {need for one in ordered for need in one.needs}
    assert set(places) <= needed | {one.id for one in selected}
    # The same, whatever the words of the command line were in.
    assert ordered == with_needs(reversed(selected), _by_id(specs))
