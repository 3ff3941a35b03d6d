"""When is looked again; the clocks are made up, so that a suspension and a clock that is set can be had."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.watch.pace import LATE, Moment, Pace, Throttle, gap

SECONDS = st.floats(0, 1e6)


def test_a_normal_wait_is_no_gap() -> None:
    assert not gap(Moment(10, 100), 2.4, Moment(12.4, 102.4))
    assert not gap(Moment(10, 100), 2.4, Moment(10.1, 100.1))


def test_a_suspended_machine_is_a_gap() -> None:
    """CLOCK_MONOTONIC stands still meanwhile, CLOCK_BOOTTIME does not (clock_gettime(2))."""
    assert gap(Moment(10, 100), 2.4, Moment(12, 3702))


def test_a_stopped_process_is_a_gap() -> None:
    assert gap(Moment(10, 100), 2.4, Moment(10 + 2.4 + LATE + 0.1, 100 + 2.4 + LATE + 0.1))


def test_no_wall_clock_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set, forwards or backwards, changes nothing: nobody reads it."""
    before = Moment.now()
    for jump in (-1e9, 1e9):
        monkeypatch.setattr(time, "time", lambda jump=jump: jump)
        assert not gap(before, 2.4, Moment.now())


@given(SECONDS, st.floats(0.05, 1), st.floats(1, 60), st.integers(1, 40))
def test_pauses_grow_up_to_the_longest(now: float, first: float, longest: float, looks: int) -> None:
    pace, pauses = Pace(first, longest), []
    pace.quicken(now)
    assert pace.due <= now + first + 1e-6
    for _ in range(looks):
        now = pace.due
        pace.looked(now)
        pauses.append(pace.due - now)
    assert all(earlier <= later + 1e-6 for earlier, later in itertools.pairwise(pauses))
    assert all(pause <= longest + 1e-6 for pause in pauses)
    pace.quicken(now)
    assert pace.due <= now + first + 1e-6


def test_it_never_stops_looking() -> None:
    pace = Pace(0.4, 2.4)
    for now in range(1000):
        if pace.due <= now:
            pace.looked(float(now))
    assert pace.due <= 1000 + 2.4


def test_events_that_change_nothing_are_listened_to_less() -> None:
    throttle, now, asked = Throttle(), 0.0, 0
    for event in range(6000):  # a guest writes to its image, ten times in a second
        now = event / 10
        if throttle.earliest("image") <= now:
            asked += 1
            throttle.answered("image", now, changed=False)
    assert asked < 80


def test_a_change_is_listened_to_at_once_again() -> None:
    throttle = Throttle()
    for event in range(20):
        throttle.answered("x", event / 10, changed=False)
    assert throttle.earliest("x") > 2
    throttle.answered("x", 12.0, changed=True)
    assert throttle.earliest("x") == 0.0


@given(st.lists(st.tuples(SECONDS, st.booleans()), max_size=60))
def test_nothing_is_put_off_for_long(answers: list[tuple[float, bool]]) -> None:
    throttle, last = Throttle(), 0.0
    for now, changed in sorted(answers):
        throttle.answered("x", now, changed=changed)
        last = now
        assert throttle.earliest("x") <= last + Throttle.LONGEST
