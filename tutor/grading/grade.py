"""One run: from a course, a selection and a host to a grade."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tutor.course.records import Course
from tutor.grading.facts import fact_questions, host_facts
from tutor.grading.order import with_needs
from tutor.grading.outcome import step_result
from tutor.grading.quiz import quiz_check
from tutor.grading.registry import Registry
from tutor.grading.runner import Observer, Runner, first_questions
from tutor.grading.verdict import Grade, StepResult, Verdict
from tutor.host.host import Host, Startable


@dataclass(frozen=True, slots=True)
class Run:
    """What is judged: the course, the values of its variables, and whose machine when.

    ``started`` is an ISO 8601 time with offset.
    """

    course: Course
    values: Mapping[str, str | int]
    user: str
    started: str
    tool_version: str


def grade(run: Run, selected: Collection[str], host: Host, registry: Registry, observer: Observer) -> Grade:
    """Judge the selected specs, and what they need, on ``host``.

    :param selected: ids of check specs; only these are listed and counted.
    :raises CourseError: when needs are missing or form a circle.
    """
    registry = registry.extended(quiz_check(run.course))
    all_specs = {spec.id: spec for step in run.course.steps for spec in step.checks}
    ordered = with_needs((all_specs[spec_id] for spec_id in selected), all_specs)
    if isinstance(host, Startable):
        host.start([*first_questions(ordered, registry, run.values, host), *fact_questions()])
    verdicts = Runner(registry, host, run.values, observer).run(ordered)
    return Grade(
        course=run.course,
        variables=run.values,
        host=host_facts(host),
        user=run.user,
        started=run.started,
        duration=0.0,
        steps=tuple(_steps(run.course, frozenset(selected), verdicts)),
        tool_version=run.tool_version,
    )


def _steps(
    course: Course, selected: Collection[str], verdicts: Mapping[str, Verdict]
) -> Iterator[StepResult]:
    for step in course.steps:
        own = tuple(verdicts[spec.id] for spec in step.checks if spec.id in selected)
        if own:
            yield step_result(step, own)
