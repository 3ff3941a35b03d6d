"""The way through a course: what comes next, what is left, and what a step builds on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from tutor.course.records import Course, Step
from tutor.dataclass import dataclass
from tutor.grading.outcome import DONE
from tutor.grading.verdict import Status

Statuses = Mapping[str, Status]

_RED = frozenset({Status.FAIL, Status.BLOCKED})


@dataclass(frozen=True, slots=True)
class Left:
    """A step that counts and is not done: how it stands, and why the student passed it by.

    ``reason`` is None where it was not passed by, and empty where no reason was asked for.
    """

    step: Step
    status: Status | None
    reason: str | None


def is_done(step: Step, statuses: Statuses) -> bool:
    """Whether the step is in place. One without checks never is: it can only be read and passed by."""
    return statuses.get(step.id) in DONE


def next_step(
    course: Course, statuses: Statuses, here: Step, *, passed_by: Collection[str], seen: Collection[str]
) -> Step | None:
    """The step to go on to from ``here``: the first further on that is open, else the first before it.

    On the way forward, a step that is done by itself (a machine that came with it) is shown once all
    the same: there is something to learn in it. What is behind is open only where it counts and is
    not done. None when nothing is left but what was passed by.

    :param passed_by: the ids of steps that do not come again by themselves.
    :param seen: the ids of those that the student has been at.
    """
    steps = list(course.steps)
    place = steps.index(here)
    for step in steps[place + 1 :]:
        if step.id not in passed_by and not (is_done(step, statuses) and step.id in seen):
            return step
    return first_step(steps[:place], statuses, passed_by)


def first_step(steps: Iterable[Step], statuses: Statuses, passed_by: Collection[str]) -> Step | None:
    """The first of these that counts, is not done and was not passed by."""
    required = (step for step in steps if step.check_ids and not step.optional)
    return next((step for step in required if step.id not in passed_by and not is_done(step, statuses)), None)


def step_before(course: Course, here: Step) -> Step | None:
    """The step before it in the order of the course."""
    steps = list(course.steps)
    place = steps.index(here)
    return steps[place - 1] if place else None


def left(course: Course, statuses: Statuses, skips: Mapping[str, str]) -> tuple[Left, ...]:
    """The steps that count and are not done, in the order of the course."""
    return tuple(
        Left(step, statuses.get(step.id), skips.get(step.id))
        for step in course.steps
        if step.check_ids and not step.optional and not is_done(step, statuses)
    )


def builds_on(course: Course, step: Step) -> tuple[Step, ...]:
    """The steps whose result this one needs, directly or not, in the order of the course."""
    steps = {one.id: one for one in course.steps}
    found: set[str] = set()
    waiting = list(_direct(step))
    while waiting:
        id_ = waiting.pop()
        if id_ in steps and id_ not in found and id_ != step.id:
            found.add(id_)
            waiting += _direct(steps[id_])
    return tuple(one for one in course.steps if one.id in found)


def missing_before(course: Course, step: Step, statuses: Statuses) -> tuple[Step, ...]:
    """Those that it builds on and that are known not to be done, in the order of the course."""
    return tuple(one for one in builds_on(course, step) if statuses.get(one.id) in _RED)


def _direct(step: Step) -> Iterator[str]:
    """What the step itself names: in its settings, and in the needs of its checks."""
    yield from step.requires
    for spec in step.specs:
        yield from (need.rpartition("/")[0] for need in spec.needs)
