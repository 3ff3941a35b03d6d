from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.guide.samples import course, step
from tutor.course.records import Course, Step
from tutor.grading.outcome import DONE
from tutor.grading.verdict import Status
from tutor.guide.way import builds_on, first_step, left, missing_before, next_step, step_before

A, B, EXTRA, C = step("a"), step("b"), step("x", optional=True), step("c")
COURSE = course(A, B, EXTRA, C)
PASS, FAIL, BLOCKED, UNKNOWN, SKIP = Status


def after(
    steps: Course, here: Step, statuses: dict[str, Status], passed_by: set[str] | None = None
) -> Step | None:
    """The next step of a student who has seen all that is done."""
    return next_step(steps, statuses, here, passed_by=passed_by or set(), seen=statuses.keys())


def test_the_next_step_is_the_first_open_one_further_on() -> None:
    assert after(COURSE, A, {}) == B
    assert after(COURSE, A, {"l/b": PASS}) == EXTRA
    assert after(COURSE, A, {"l/b": SKIP}, {"l/x"}) == C


def test_what_is_done_by_itself_is_shown_once() -> None:
    done = {"l/b": PASS, "l/x": PASS, "l/c": PASS}
    assert next_step(COURSE, done, A, passed_by=set(), seen={"l/a"}) == B
    assert next_step(COURSE, done, A, passed_by=set(), seen={"l/a", "l/b", "l/x"}) == C
    assert next_step(COURSE, done, C, passed_by={"l/c"}, seen={"l/c"}) == A


def test_what_was_left_behind_comes_after_the_end_but_for_optional_steps() -> None:
    assert after(COURSE, C, {"l/a": PASS, "l/c": PASS}) == B
    assert after(COURSE, C, {"l/a": PASS, "l/b": PASS, "l/c": PASS}) is None


def test_what_was_passed_by_does_not_come_again_by_itself() -> None:
    assert after(COURSE, C, {"l/c": PASS}, {"l/a", "l/b"}) is None
    assert [each.step.id for each in left(COURSE, {"l/c": PASS}, {"l/a": "no KVM", "l/b": ""})] == [
        "l/a",
        "l/b",
    ]


def test_a_reason_is_kept_with_what_is_left_and_counts_for_nothing_once_it_passes() -> None:
    (one,) = left(COURSE, {"l/a": PASS, "l/b": UNKNOWN, "l/c": PASS}, {"l/a": "old", "l/b": "why"})
    assert (one.step, one.status, one.reason) == (B, UNKNOWN, "why")


def test_a_step_to_read_is_passed_by_once() -> None:
    text_only = step("t", checks=0)
    steps = course(A, text_only, B)
    assert after(steps, A, {}) == text_only
    assert after(steps, A, {}, {"l/t"}) == B
    assert after(steps, B, {"l/a": PASS, "l/b": PASS}) is None


def test_where_to_begin() -> None:
    assert first_step(COURSE.steps, {"l/a": PASS}, ()) == B
    assert first_step(COURSE.steps, {}, {"l/a"}) == B
    assert first_step(COURSE.steps, {"l/a": PASS, "l/b": PASS, "l/c": PASS}, ()) is None


def test_the_step_before() -> None:
    assert step_before(COURSE, A) is None
    assert step_before(COURSE, C) == EXTRA


def test_what_a_step_builds_on() -> None:
    """By its settings, by its checks' needs, and through other steps; not itself, none twice."""
    base, daemon = step("base"), step("daemon", requires=("base",))
    own = step("own", needs=("l/daemon/c0", "l/own/c0", "l/gone/c0"), requires=("base",))
    steps = course(base, daemon, own)
    assert builds_on(steps, own) == (base, daemon)
    assert builds_on(steps, base) == ()


def test_only_what_is_known_to_be_red_is_missing() -> None:
    base, middle = step("base"), step("middle", requires=("base",))
    last = step("last", requires=("middle",))
    steps = course(base, middle, last)
    assert missing_before(steps, last, {"l/base": FAIL, "l/middle": BLOCKED}) == (base, middle)
    assert missing_before(steps, last, {"l/base": PASS, "l/middle": UNKNOWN}) == ()
    assert missing_before(steps, last, {}) == ()


names = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


@given(names, st.data())
def test_a_walk_that_passes_or_passes_by_each_step_visits_each_once_and_ends(
    found: list[str], data: st.DataObject
) -> None:
    steps = course(*(step(name, optional=data.draw(st.booleans())) for name in found))
    statuses: dict[str, Status] = {}
    passed_by: set[str] = set()
    seen: set[str] = set()
    here: Step | None = data.draw(st.sampled_from(list(steps.steps)))
    visited = []
    while here is not None:
        visited.append(here.id)
        status = data.draw(st.sampled_from(Status))
        statuses[here.id] = status
        seen.add(here.id)
        if status not in DONE:
            passed_by.add(here.id)
        here = next_step(steps, statuses, here, passed_by=passed_by, seen=seen)
    assert len(visited) == len(set(visited))
    assert {one.id for one in steps.steps if not one.optional} <= set(visited)
