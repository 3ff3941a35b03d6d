"""A hand-in judged again: from its observations, by this tutor's checks, with the instructor's numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tutor import __version__
from tutor.course.course_config import CourseConfig
from tutor.course.records import CheckSpec, Course
from tutor.course.variables import valid
from tutor.dataclass import dataclass
from tutor.grading.grade import Run, grade
from tutor.grading.outcome import summary
from tutor.grading.registry import Registry
from tutor.grading.runner import Observer
from tutor.grading.verdict import Grade
from tutor.handin.format import HandIn
from tutor.host.recorded import RecordedHost

#: What a difference in the points of the whole is called; ids of steps and checks have a slash.
SUMMARY = "summary"


class Quiet:
    """Tells nobody; a bug in a check is an ``unknown`` of the code ``internal-error`` all the same."""

    def begins(self, spec: CheckSpec) -> None:
        """See :class:`tutor.grading.runner.Observer`."""

    def internal_error(self, spec: CheckSpec, error: BaseException) -> str | None:  # noqa: ARG002 - the protocol's
        """See :class:`tutor.grading.runner.Observer`."""
        return None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the claim and the judgement part: about a check, a step, or ``summary``.

    ``claimed`` and ``judged`` are a status and a code, or a status and points, as text; None where one of
    them has nothing to say about it.
    """

    id: str
    claimed: str | None
    judged: str | None


def judge(
    handin: HandIn,
    course: Course,
    registry: Registry,
    config: CourseConfig | None = None,
    observer: Observer | None = None,
) -> Grade:
    """Grade a hand-in's observations. Nothing of this machine is used. For many: :mod:`tutor.handin.memo`.

    The names of things are the student's, as handed in; the numbers are the instructor's.

    :param course: today's; it fits the registry (:func:`tutor.grading.fit.must_fit`).
    :param config: the instructor's course file, for points and numbers.
    """
    if config is not None:
        course = config.applied(course)
    host = RecordedHost(handin.recording)
    return grade(run_of(handin, course), all_checks(course), host, registry, observer or Quiet())


def run_of(handin: HandIn, course: Course) -> Run:
    """What is judged: whose machine, when, and with which values."""
    seen = handin.payload.recording
    return Run(course, values(handin, course), seen.user, seen.started, __version__)


def all_checks(course: Course) -> list[str]:
    """The ids of all check specs, in the order of the course."""
    return [spec.id for step in course.steps for spec in step.checks]


def values(handin: HandIn, course: Course) -> dict[str, str | int]:
    """The value of each variable: of the student's own as handed in, of all others as in the course."""
    found: dict[str, str | int] = {}
    for name, variable in course.variables.items():
        given = handin.payload.variables.get(name) if variable.owner == "student" else None
        accepted = valid(variable.type, given) if given is not None else None
        found[name] = variable.value if accepted is None else accepted
    return found


def other_numbers(handin: HandIn, course: Course) -> dict[str, tuple[str | int, str | int]]:
    """The course's numbers that the student's tool had otherwise: as handed in, and as they are here."""
    given = handin.payload.variables
    return {
        name: (given[name], variable.value)
        for name, variable in course.variables.items()
        if variable.owner == "course" and name in given and given[name] != variable.value
    }


def differences(handin: HandIn, judged: Grade) -> list[Difference]:
    """Where the claim and the judgement part, in the order of the course; none in an honest hand-in.

    Another version of the course or of the tool can be the reason as well: see the payload's.
    """
    claimed, found = dict(_claimed(handin)), dict(_judged(judged))
    ids = dict.fromkeys([*found, *claimed])
    return [
        Difference(id_, claimed.get(id_), found.get(id_)) for id_ in ids if claimed.get(id_) != found.get(id_)
    ]


def _claimed(handin: HandIn) -> Iterator[tuple[str, str]]:
    for id_, step in handin.payload.claim.steps.items():
        yield id_, _said(step.status, step.points)
        yield from ((inner, _said(check.status, check.code)) for inner, check in step.checks.items())
    total = handin.payload.claim.summary
    yield SUMMARY, f"{total.points}/{total.max_points}"


def _judged(judged: Grade) -> Iterator[tuple[str, str]]:
    for result in judged.steps:
        yield result.step.id, _said(result.status.value, result.points)
        for verdict in result.verdicts:
            yield verdict.spec.id, _said(verdict.status.value, verdict.finding.code)
    total = summary(judged)
    yield SUMMARY, f"{total.points}/{total.max_points}"


def _said(status: str, more: str | int | None) -> str:
    return status if more is None else f"{status} ({more})"
