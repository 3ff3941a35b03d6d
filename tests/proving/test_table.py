"""What the machines saw, in rows; and everything that can be wrong, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.proving.samples import (
    COURSE,
    GONE,
    IN_ORDER,
    OF_ONE,
    OF_TWO,
    REPLAYS,
    SPOILT,
    STATES,
    again,
    done,
    verdicts,
)
from tutor.proving.records import Fault, Replay
from tutor.proving.table import Count, Row, Table, table
from tutor.text import text


def made(replays: Sequence[Replay], *, alone: bool = False) -> Table:
    return table(COURSE, STATES, replays, tuple(COURSE.steps), alone=alone)


def row(result: Table, check: str) -> Row:
    (found,) = (one for one in result.rows if one.check == check)
    return found


def test_a_row_for_each_check_in_the_order_of_the_course() -> None:
    result = made(REPLAYS)
    assert [one.check for one in result.rows] == [
        "one/install/there",
        "one/install/works",
        "one/install/quiz",
        "two/use/done",
        "two/more/done",
    ]
    assert result.green, result.faults
    done_ = row(result, "two/use/done")
    assert (done_.before, done_.after, done_.end, done_.cleaned) == (True, True, True, True)
    assert (done_.refused, done_.mended, done_.routes) == (Count(1, 1), Count(1, 1), Count())
    assert (done_.alone, done_.twice) == (None, None)
    assert row(result, "one/install/there").routes == Count(1, 1)


def test_what_cleanup_keeps_and_what_no_command_turns_is_no_fault_and_not_green() -> None:
    result = made(REPLAYS)
    there, works, quiz = (row(result, f"one/install/{name}") for name in ("there", "works", "quiz"))
    assert (there.kept, there.cleaned) == (True, None)
    assert (quiz.kept, quiz.cleaned) == (True, None)
    assert (works.no_run, works.after, works.holds) == ("no power here", False, True)


def test_alone_and_twice_are_told_where_they_were_asked_for() -> None:
    result = made([*REPLAYS, *again(*REPLAYS)], alone=True)
    assert result.green, result.faults
    assert {(one.alone, one.twice) for one in result.rows if not one.no_run} == {(True, True)}


FLAKE = replace(OF_TWO, run=2, after=verdicts("fail"))
WRONG: dict[str, tuple[Sequence[Replay], str]] = {
    "passes before": ((replace(IN_ORDER, before=verdicts("pass")), OF_ONE, OF_TWO), "does not fail before"),
    "fails after": ((replace(IN_ORDER, after=verdicts("fail")), OF_ONE, OF_TWO), "after the step's commands"),
    "fails at the end": ((replace(IN_ORDER, end=verdicts("fail")), OF_ONE, OF_TWO), "at the end"),
    "left behind": ((replace(IN_ORDER, cleaned=verdicts("pass")), OF_ONE, OF_TWO), "tutor cleanup"),
    "a flake": ((*REPLAYS, *again(IN_ORDER, OF_ONE), FLAKE), "something else"),
    "a flake of a state": (
        (*REPLAYS, *again(IN_ORDER, OF_ONE), replace(OF_TWO, run=2, states=())),
        "something else",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_thing_that_can_be_wrong_is_told(name: str) -> None:
    replays, says = WRONG[name]
    result = made(replays)
    assert not result.green
    told = {fault.check for fault in result.faults if says in fault.what.render(str)}
    assert "two/use/done" in told


def test_what_cannot_be_looked_at_before_is_not_judged_and_has_to_pass_after() -> None:
    result = made((replace(IN_ORDER, before=verdicts("unknown")), OF_ONE, OF_TWO))
    assert row(result, "two/use/done").before is None
    assert result.green, result.faults
    assert not made((replace(IN_ORDER, after=verdicts("unknown")), OF_ONE, OF_TWO)).green


def test_alone_fails() -> None:
    result = made((IN_ORDER, OF_ONE, replace(OF_TWO, after=verdicts("fail"))), alone=True)
    assert row(result, "two/use/done").alone is False
    assert any("alone" in fault.what.render(str) for fault in result.faults)


def test_a_state_that_is_not_refused_and_a_fix_that_does_not_work() -> None:
    not_told = replace(OF_TWO, states=(replace(done(SPOILT, done=False), mended={}),))
    not_mended = replace(OF_ONE, states=(replace(done(GONE), mended={"one/install/there": False}),))
    result = made((IN_ORDER, not_mended, not_told))
    assert not result.green
    assert row(result, "two/use/done").refused == Count(0, 1)
    assert row(result, "one/install/there").mended == Count(0, 1)


def test_what_a_machine_itself_had_to_say_is_a_fault() -> None:
    fault = Fault("two/use", "", text("its commands fail"))
    result = made((replace(IN_ORDER, faults=(fault,)), OF_ONE, OF_TWO))
    assert result.faults == (fault,)
    assert not result.green
