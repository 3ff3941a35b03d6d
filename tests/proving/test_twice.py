"""Two runs, compared: where they differ, and in what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.proving.samples import IN_ORDER, OF_TWO, SPOILT, again, done, verdicts
from tutor.proving.records import Replay, Seen
from tutor.proving.twice import differences

CHECK = "two/use/done"
OTHER = {**OF_TWO.after, CHECK: Seen("skip", "not-running")}
TOLD_ELSE = replace(done(SPOILT), codes={"done": "other"})
NOT_TOLD = replace(done(SPOILT), codes={}, mended={CHECK: False})


def told(first: Replay, second: Replay) -> list[str]:
    found = differences([first, *again(second)], "two/use", CHECK)
    assert found is not None
    return [one.render(str) for one in found]


def test_one_run_alone_is_compared_with_nothing() -> None:
    assert differences([IN_ORDER, OF_TWO], "two/use", CHECK) is None


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (OF_TWO, []),
        (replace(OF_TWO, after=OTHER), ["after the step's commands: pass, then skip (not-running)"]),
        (replace(OF_TWO, before={}), ["before the step is done: fail, then not looked at"]),
        (replace(OF_TWO, states=(TOLD_ELSE,)), ["spoilt: spoilt, then other"]),
        (
            replace(OF_TWO, states=(NOT_TOLD,)),
            [
                "spoilt: spoilt, then no code",
                "spoilt, after the printed fix: it passed, then it did not pass",
            ],
        ),
        (
            replace(OF_TWO, states=()),
            [
                "spoilt: spoilt, then not looked at",
                "spoilt, after the printed fix: it passed, then not looked at",
            ],
        ),
    ],
)
def test_each_moment_and_state_that_differs_is_told(second: Replay, says: list[str]) -> None:
    assert told(OF_TWO, second) == says


def test_what_the_course_in_order_saw_is_told_by_its_moment() -> None:
    second = replace(IN_ORDER, end=verdicts("fail"), cleaned=verdicts("pass"))
    assert told(IN_ORDER, second) == [
        "at the end of the course: pass, then fail",
        "after `tutor cleanup`: fail, then pass",
    ]


def test_a_lesson_alone_and_the_course_in_order_are_not_confused() -> None:
    replays = [IN_ORDER, OF_TWO, *again(IN_ORDER, replace(OF_TWO, after=OTHER))]
    assert differences(replays, "two/use", CHECK) == differences(
        [OF_TWO, *again(replace(OF_TWO, after=OTHER))], "two/use", CHECK
    )
