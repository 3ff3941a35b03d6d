"""What has changed between two grades."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.output.grades import grade, verdict
from tutor.course.records import Step
from tutor.grading.changes import changes
from tutor.grading.outcome import step_result
from tutor.grading.verdict import Grade, Status

STEPS = ("a/b", "c/d")
CODES = {Status.PASS: None, Status.FAIL: "wrong", Status.BLOCKED: "need-failed"}
STANDS = st.lists(st.sampled_from(list(Status)), min_size=4, max_size=4)


def graded(stands: list[Status], code: str = "wrong") -> Grade:
    results = []
    for number, name in enumerate(STEPS):
        own = stands[number * 2 : number * 2 + 2]
        verdicts = [
            verdict(f"{name}/{check}", status, code=None if status is Status.PASS else code)
            for check, status in zip("xy", own, strict=True)
        ]
        results.append(step_result(Step(name, name), verdicts))
    return grade(*results)


@given(STANDS, STANDS)
def test_exactly_what_stands_otherwise_is_a_change(before: list[Status], after: list[Status]) -> None:
    found = list(changes(graded(before), graded(after)))
    told = {one.verdict.spec.id: (one.was, one.verdict.status) for change in found for one in change.checks}
    names = [f"{step}/{check}" for step in STEPS for check in "xy"]
    assert told == {
        name: (was, now) for name, was, now in zip(names, before, after, strict=True) if was != now
    }
    assert all(change.checks for change in found)


@given(STANDS)
def test_nothing_new_is_no_change(stands: list[Status]) -> None:
    assert list(changes(graded(stands), graded(stands))) == []


def test_another_cause_is_a_change() -> None:
    (change,) = changes(
        graded([Status.FAIL] + [Status.PASS] * 3), graded([Status.FAIL] + [Status.PASS] * 3, "x")
    )
    assert change.checks[0].was is Status.FAIL
    assert not change.is_done_now
    assert not change.was_done


def test_done_and_not_any_more() -> None:
    red, green = graded([Status.FAIL] + [Status.PASS] * 3), graded([Status.PASS] * 4)
    (done,) = changes(red, green)
    (lost,) = changes(green, red)
    assert (done.is_done_now, done.was_done) == (True, False)
    assert (lost.is_done_now, lost.was_done) == (False, True)
