from __future__ import annotations

from tests.guide.samples import grade, result, step
from tutor.grading.verdict import Status
from tutor.guide.turned import certain, first_failure, turned_red

PASS, FAIL, BLOCKED, UNKNOWN, SKIP = Status
STEPS = {status: step(status.value) for status in Status}
NOW = grade(*(result(one, status) for status, one in STEPS.items()))


def test_what_passed_or_was_skipped_and_does_not_any_more() -> None:
    for before in (PASS, SKIP):
        turned = turned_red({one.id: before for one in STEPS.values()}, NOW)
        assert [each.step for each in turned.failed] == [STEPS[FAIL]]
        assert [each.step for each in turned.waiting] == [STEPS[BLOCKED]]
        assert turned


def test_what_was_red_unknown_or_never_looked_at_has_not_turned() -> None:
    for before in (FAIL, BLOCKED, UNKNOWN):
        assert not turned_red({one.id: before for one in STEPS.values()}, NOW)
    assert not turned_red({}, NOW)


def test_what_cannot_be_looked_at_is_not_certain() -> None:
    assert certain(NOW) == {one.id: status for status, one in STEPS.items() if status is not UNKNOWN}


def test_the_first_failure_says_what_is_wrong() -> None:
    mixed = result(step("m", checks=3), PASS, FAIL, FAIL)
    failure = first_failure(mixed)
    assert failure is not None
    assert failure.spec.id == "l/m/c1"
    assert first_failure(result(step("p"), PASS)) is None
