"""Which machines a proof takes, and what each is for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tutor.course.records import Course, Step
from tutor.course.states import LessonStates, Machines, State
from tutor.dataclass import dataclass, replace
from tutor.guide.way import builds_on

#: What the course in order is called, where a lesson's name would stand.
COURSE = "course"


@dataclass(frozen=True, slots=True)
class Errand:
    """What one machine is for.

    :ivar lesson: whose states are made, after its prerequisites alone; None for the whole course in order.
    :ivar lead_up: the steps done before, of which nothing is proven.
    :ivar steps: those that are done and judged; ``states`` are made when they are.
    :ivar run: 1, or 2 for the second time.
    """

    lesson: str | None
    image: str
    lead_up: tuple[Step, ...]
    steps: tuple[Step, ...]
    states: tuple[State, ...] = ()
    run: int = 1

    @property
    def name(self) -> str:
        """How it is called where it is told of."""
        return self.lesson or COURSE


def plan(
    course: Course,
    states: Mapping[str, LessonStates],
    machines: Machines,
    chosen: Sequence[Step],
    *,
    surroundings: Collection[str] = (),
    alone: bool = False,
    twice: bool = False,
) -> tuple[Errand, ...]:
    """The errands, the longest first.

    :param chosen: steps of the course; where they are all of it, it is replayed in order as well.
    :param surroundings: the release and the backend: states of others are left out.
    :param alone: lessons begin on a machine that has nothing of the course.
    :param twice: every errand is run once more on another machine.
    """
    errands: list[Errand] = []
    if len(chosen) == len(list(course.steps)):
        errands.append(Errand(None, machines.image, (), tuple(course.steps)))
    for lesson in course.lessons:
        steps = tuple(step for step in chosen if step.lesson_id == lesson.id)
        if steps:
            made = tuple(_made(states.get(lesson.id), steps, surroundings))
            image = machines.image if alone else machines.ready
            errands.append(Errand(lesson.id, image, prerequisites(course, steps), steps, made))
    errands.sort(key=lambda errand: -len(errand.states) if errand.lesson else -len(errand.steps) * 100)
    return tuple(replace(errand, run=run) for run in ((1, 2) if twice else (1,)) for errand in errands)


def prerequisites(course: Course, steps: Sequence[Step]) -> tuple[Step, ...]:
    """What the steps build on and are not themselves, in the order of the course."""
    mine = {step.id for step in steps}
    needed = {one.id for step in steps for one in builds_on(course, step)} - mine
    return tuple(step for step in course.steps if step.id in needed)


def _made(
    states: LessonStates | None, steps: Sequence[Step], surroundings: Collection[str]
) -> Iterator[State]:
    ids = {step.id for step in steps}
    for state in states.states if states else ():
        if state.step in ids and state.possible(surroundings):
            yield state
