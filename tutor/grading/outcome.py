"""From verdicts to a step's status, its points, the summary and the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from tutor.course.records import Step
from tutor.dataclass import dataclass
from tutor.grading.verdict import Grade, Status, StepResult, Verdict

ExitCode = Literal[0, 1, 3]

#: The code of a blocked check whose root need could not be observed; any other root has failed.
NEED_UNKNOWN = "need-unknown"
DONE = frozenset({Status.PASS, Status.SKIP})


@dataclass(frozen=True, slots=True)
class Summary:
    """What a grade comes to.

    ``counts`` is of checks, those of optional steps included, and has every status; points and
    steps leave the optional steps out.
    """

    counts: Mapping[Status, int]
    points: int
    max_points: int
    steps_done: int
    steps: int


def step_status(verdicts: Iterable[Verdict]) -> Status:
    """A step's status (rule 2): the worst certain thing first. A step without checks is skipped."""
    weights = {_weight(verdict) for verdict in verdicts}
    for status in (Status.FAIL, Status.UNKNOWN, Status.BLOCKED, Status.PASS):
        if status in weights:
            return status
    return Status.SKIP


def step_points(step: Step, status: Status) -> int | None:
    """The points of a step (rule 4): all or nothing, None while it is unknown.

    A skipped step gives its points: what does not apply to a machine costs nobody anything, and
    the sum that can be reached is the same for a whole class. An optional step gives none (rule 6).
    """
    if status is Status.UNKNOWN:
        return None
    return max_points(step) if status in DONE else 0


def max_points(step: Step) -> int:
    """What the step can give: nothing when it is optional (rule 6)."""
    return 0 if step.optional else step.points


def step_result(step: Step, verdicts: Iterable[Verdict]) -> StepResult:
    """The step with its verdicts, status and points."""
    verdicts = tuple(verdicts)
    status = step_status(verdicts)
    return StepResult(step, status, step_points(step, status), verdicts)


def summary(grade: Grade) -> Summary:
    """The counts and points of a grade."""
    counts = dict.fromkeys(Status, 0)
    for result in grade.steps:
        for verdict in result.verdicts:
            counts[verdict.status] += 1
    required = _required(grade)
    return Summary(
        counts,
        points=sum(result.points or 0 for result in required),
        max_points=sum(max_points(result.step) for result in required),
        steps_done=sum(result.status in DONE for result in required),
        steps=len(required),
    )


def next_step(grade: Grade) -> StepResult | None:
    """The first step that is not done, optional ones apart; None when all are."""
    return next((result for result in _required(grade) if result.status not in DONE), None)


def exit_code(grade: Grade) -> ExitCode:
    """1 if a check failed or is blocked by a failure, else 3 if one could not be observed, else 0.

    A check blocked by an unknown counts as that unknown; optional steps count for nothing.
    """
    weights = {_weight(verdict) for result in _required(grade) for verdict in result.verdicts}
    if Status.FAIL in weights or Status.BLOCKED in weights:
        return 1
    return 3 if Status.UNKNOWN in weights else 0


def _required(grade: Grade) -> list[StepResult]:
    return [result for result in grade.steps if not result.step.optional]


def _weight(verdict: Verdict) -> Status:
    """The status that counts: what is blocked by an unknown is itself unknown."""
    if verdict.status is Status.BLOCKED and verdict.finding.code == NEED_UNKNOWN:
        return Status.UNKNOWN
    return verdict.status
