"""The first screen: who is where, who is stuck on what, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from statistics import median

from tutor.dataclass import dataclass
from tutor.report.findings import Cause, Stuck
from tutor.report.records import LessonInfo, Report
from tutor.report.standing import decided

#: As many of each as are taken in at a glance.
MOST = 5
#: Attempts in vain from which somebody is stuck; before that, they are at it.
STUCK = 3


@dataclass(frozen=True, slots=True)
class Numbers:
    """The class in a line.

    ``middle`` is the median of the points, None where nobody's are settled; ``undecided`` are those whose
    points are not, because a person has to decide.
    """

    students: int
    handed_in: int
    middle: float | None
    late: int
    decide: int
    undecided: int
    suspicions: int
    refused: int
    missing: int
    differing: int


@dataclass(frozen=True, slots=True)
class StuckStep:
    """A step and those who are stuck on it, the one with the most attempts first."""

    step: str
    students: tuple[Stuck, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a check does not pass, and for how many.

    ``machine``: it could not be looked at, or goes wrong on one kind of machine only. ``everybody``: it is
    so for all of them, which is hardly a matter of learning either.
    """

    check: str
    cause: Cause
    machine: bool
    everybody: bool


def numbers(report: Report) -> Numbers:
    """How many there are of everything that a person may have to look at."""
    hand_ins = [student.hand_in for student in report.students if student.hand_in is not None]
    points = [one.points for one in decided(report.students)]
    return Numbers(
        students=len(report.students),
        handed_in=len(hand_ins),
        middle=median(points) if points else None,
        late=sum(bool(one.late) for one in hand_ins),
        decide=len({one.student for one in report.undecided}),
        undecided=len(hand_ins) - len(points),
        suspicions=len(report.suspicions),
        refused=len(report.refused),
        missing=len(report.students) - len(hand_ins),
        differing=sum(bool(one.differences) for one in hand_ins),
    )


def stuck_steps(report: Report) -> list[StuckStep]:
    """The steps on which somebody is stuck, where most are first."""
    found = defaultdict[str, list[Stuck]](list)
    for one in report.stuck:  # most attempts first
        if one.attempts >= STUCK:
            found[one.step].append(one)
    steps = [StuckStep(step, tuple(students)) for step, students in found.items()]
    return sorted(steps, key=lambda one: (-len(one.students), -one.students[0].attempts))


def reasons(report: Report, peculiar: Collection[str]) -> list[Reason]:
    """What most students do not pass on; what only follows from something else is not among it.

    :param peculiar: checks that go wrong on one kind of machine.
    """
    optional = {step.id for lesson in report.course.lessons for step in lesson.steps if step.optional}
    everybody = sum(student.hand_in is not None for student in report.students)
    found = [
        Reason(
            item.id,
            cause,
            machine=cause.status == "unknown" or item.id in peculiar,
            everybody=1 < everybody == cause.count,
        )
        for item in report.items
        for cause in item.causes
        if cause.status in ("fail", "unknown") and item.step not in optional
    ]
    return sorted(found, key=lambda one: -one.cause.count)


def lessons(report: Report) -> list[tuple[LessonInfo, float]]:
    """How much of each lesson is done: a share of all steps that could be looked at, optional ones aside."""
    hand_ins = [student.hand_in for student in report.students if student.hand_in is not None]
    done = Counter(step.id for one in hand_ins for step in one.steps if step.status in ("pass", "skip"))
    known = Counter(step.id for one in hand_ins for step in one.steps if step.status != "unknown")
    return [(lesson, share) for lesson in report.course.lessons for share in _shares(lesson, done, known)]


def _shares(lesson: LessonInfo, done: Counter[str], known: Counter[str]) -> Iterator[float]:
    """The share, where there is one."""
    steps = [step.id for step in lesson.steps if not step.optional]
    possible = sum(known[step] for step in steps)
    if possible:
        yield sum(done[step] for step in steps) / possible
