"""Rules 2, 3, 4 and 6 of judging: statuses, exit codes, points, optional steps."""

from __future__ import annotations

import pytest

from tests.output.grades import grade, verdict
from tutor.course.records import Step
from tutor.grading.outcome import exit_code, next_step, step_points, step_result, step_status, summary
from tutor.grading.verdict import Status, StepResult, Verdict

P, F, B, U, S = Status.PASS, Status.FAIL, Status.BLOCKED, Status.UNKNOWN, Status.SKIP


def _verdicts(kinds: str) -> list[Verdict]:
    """One verdict per letter; ``b`` is blocked by an unknown, ``B`` by a failure."""
    made = {
        "P": verdict("a/b/p", P),
        "F": verdict("a/b/f", F, code="wrong"),
        "B": verdict("a/b/B", B, code="need-failed", blocked_by="x/y/z"),
        "b": verdict("a/b/b", B, code="need-unknown", blocked_by="x/y/z"),
        "U": verdict("a/b/u", U, code="timed-out"),
        "S": verdict("a/b/s", S, code="no-such-thing"),
    }
    return [made[kind] for kind in kinds]


def _step(kinds: str, *, optional: bool = False, points: int = 1, name: str = "b") -> StepResult:
    return step_result(Step(f"a/{name}", "title", optional=optional, points=points), _verdicts(kinds))


@pytest.mark.parametrize(
    ("kinds", "status", "code"),
    [
        ("", S, 0),
        ("S", S, 0),
        ("P", P, 0),
        ("PS", P, 0),
        ("PB", B, 1),
        ("B", B, 1),
        ("b", U, 3),
        ("Pb", U, 3),
        ("U", U, 3),
        ("PUS", U, 3),
        ("Bb", U, 1),
        ("BU", U, 1),
        ("FU", F, 1),
        ("Fb", F, 1),
        ("PFBUS", F, 1),
    ],
)
def test_status_and_exit_code_follow_the_worst_certain_check(kinds: str, status: Status, code: int) -> None:
    assert step_status(_verdicts(kinds)) is status
    assert exit_code(grade(_step(kinds))) == code


def test_a_failure_in_one_step_outweighs_an_unknown_in_another() -> None:
    assert exit_code(grade(_step("U"), _step("F"), _step("P"))) == 1


def test_an_empty_selection_is_in_order() -> None:
    assert exit_code(grade()) == 0


@pytest.mark.parametrize("kinds", ["F", "U", "B", "b"])
def test_an_optional_step_changes_nothing_but_the_count_of_checks(kinds: str) -> None:
    graded = grade(_step("P", points=3), _step(kinds, optional=True, points=5, name="c"))
    total = summary(graded)
    assert exit_code(graded) == 0
    assert next_step(graded) is None
    assert (total.points, total.max_points, total.steps_done, total.steps) == (3, 3, 1, 1)
    assert sum(total.counts.values()) == 2


@pytest.mark.parametrize(("status", "points"), [(P, 2), (S, 2), (F, 0), (B, 0), (U, None)])
def test_points_are_all_or_nothing_and_open_while_unknown(status: Status, points: int | None) -> None:
    assert step_points(Step("a/b", "title", points=2), status) == points


def test_an_optional_step_gives_no_points() -> None:
    assert step_points(Step("a/b", "title", optional=True, points=2), P) == 0


def test_the_summary_adds_up() -> None:
    total = summary(grade(_step("PPS"), _step("FBU", points=2), _step("U", points=4)))
    assert total.counts == {P: 2, F: 1, B: 1, U: 2, S: 1}
    assert (total.points, total.max_points, total.steps_done, total.steps) == (1, 7, 1, 3)


def test_next_is_the_first_step_that_is_not_done() -> None:
    red = _step("U", name="c")
    assert next_step(grade(_step("P"), _step("F", optional=True), red, _step("F", name="d"))) is red
