from __future__ import annotations

import pytest

from tests.guide.samples import result, step
from tutor.grading.verdict import Status
from tutor.guide.ladder import NOT_IN_SESSION, Rung, fixes, ladder, only_a_login_is_missing

PASS, FAIL, BLOCKED, UNKNOWN, SKIP = Status


@pytest.mark.parametrize(
    ("hints", "rungs"),
    [
        (0, [Rung("machine", ()), Rung("command", ())]),
        (1, [Rung("look", (1,)), Rung("machine", ()), Rung("command", ())]),
        (2, [Rung("look", (1,)), Rung("machine", ()), Rung("command", (2,))]),
        (3, [Rung("look", (1,)), Rung("machine", (2,)), Rung("command", (3,))]),
        (5, [Rung("look", (1,)), Rung("machine", (2,)), Rung("command", (3, 4, 5))]),
    ],
)
def test_from_a_nudge_to_the_command(hints: int, rungs: list[Rung]) -> None:
    one = step("s", hints=hints)
    assert list(ladder(one, result(one, FAIL, fix=("do it",)))) == rungs
    given = [number for rung in ladder(one, None) for number in rung.hints]
    assert given == list(range(1, hints + 1))


def test_a_rung_with_nothing_to_say_is_left_out() -> None:
    assert ladder(step("s"), None) == ()
    one = step("s", hints=1)
    assert ladder(one, result(one, PASS)) == (Rung("look", (1,)),)
    assert ladder(one, result(one, FAIL)) == (Rung("look", (1,)), Rung("machine", ()))


def test_fixes_are_those_of_red_checks_none_twice() -> None:
    both = step("s", checks=2)
    assert fixes(result(both, FAIL, BLOCKED, fix=("a", "b"))) == ("a", "b")
    assert fixes(result(step("s"), PASS, fix=("a",))) == ()
    assert fixes(None) == ()


def test_only_a_new_login_is_missing() -> None:
    two = step("s", checks=2)
    assert only_a_login_is_missing(result(two, PASS, FAIL, code=NOT_IN_SESSION))
    assert not only_a_login_is_missing(result(two, PASS, FAIL, code="not-a-member"))
    assert not only_a_login_is_missing(result(two, PASS, PASS, code=NOT_IN_SESSION))
    assert not only_a_login_is_missing(None)
