"""One run: from a course, a selection and a host to a grade."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tutor.course.records import CheckSpec, Course
from tutor.dataclass import dataclass
from tutor.grading.ahead import Ahead
from tutor.grading.facts import fact_questions, host_facts
from tutor.grading.order import with_needs
from tutor.grading.outcome import step_result
from tutor.grading.quiz import quiz_check
from tutor.grading.registry import Registry
from tutor.grading.runner import Observer, Runner
from tutor.grading.verdict import Grade, HostFacts, StepResult, Verdict
from tutor.host.host import Host, can_start


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


def look_ahead(run: Run, selected: Collection[str], host: Host, registry: Registry) -> Ahead | None:
    """Have the answers sought that checks want, as far as the registry has these; None for a recording.

    :raises CourseError: when needs are missing or form a circle.
    """
    if not can_start(host):  # it has its answers
        return None
    ahead, known = Ahead(host, run.values), registry.extended(quiz_check(run.course))
    ahead.look(ordered_specs(run.course, selected), known, fact_questions(run.course.uses))
    return ahead


def grade(
    run: Run,
    selected: Collection[str],
    host: Host,
    registry: Registry,
    observer: Observer,
    *,
    ahead: Ahead | None = None,
) -> Grade:
    """Judge the selected specs, and what they need, on ``host``.

    :param selected: ids of check specs; only these are listed and counted.
    :param ahead: what :func:`look_ahead` began for them, maybe without some of the checks.
    :raises CourseError: when needs are missing or form a circle.
    """
    verdicts = judge(run, selected, host, registry, observer, ahead=ahead)
    return graded(run, selected, verdicts, host_facts(host, run.course.uses))


def judge(
    run: Run,
    selected: Collection[str],
    host: Host,
    registry: Registry,
    observer: Observer,
    *,
    ahead: Ahead | None = None,
) -> dict[str, Verdict]:
    """The verdicts on the selected specs and on what they need, by id, needs first.

    :param ahead: see :func:`grade`.
    :raises CourseError: when needs are missing or form a circle.
    """
    registry = registry.extended(quiz_check(run.course))
    ordered = ordered_specs(run.course, selected)
    if ahead is None:
        ahead = look_ahead(run, selected, host, registry)
    else:  # at what was not loaded then; the facts are sought already
        ahead.look(ordered, registry)
    return Runner(registry, host, run.values, observer, ahead).run(ordered)


def judge_again(
    run: Run,
    host: Host,
    registry: Registry,
    observer: Observer,
    *,
    again: Collection[str],
    verdicts: Mapping[str, Verdict],
) -> dict[str, Verdict]:
    """The verdicts of before, with new ones on some specs.

    :param again: ids of specs; with a spec, all that need it.
    :param verdicts: of all specs that matter, needs first, as of :func:`judge`.
    """
    runner = Runner(registry.extended(quiz_check(run.course)), host, run.values, observer)
    runner.verdicts.update(verdicts)
    specs = [verdict.spec for verdict in verdicts.values() if verdict.spec.id in again]
    return runner.run(specs)


def ordered_specs(course: Course, selected: Collection[str]) -> list[CheckSpec]:
    """The selected specs and all that they need, needs first.

    :raises CourseError: when needs are missing or form a circle.
    """
    all_specs = {spec.id: spec for step in course.steps for spec in step.checks}
    return with_needs((all_specs[spec_id] for spec_id in selected), all_specs)


def graded(run: Run, selected: Collection[str], verdicts: Mapping[str, Verdict], facts: HostFacts) -> Grade:
    """The grade that verdicts come to; only the selected ones are listed and counted."""
    return Grade(
        course=run.course,
        variables=run.values,
        host=facts,
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
