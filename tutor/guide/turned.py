"""What was green and has turned red between two looks at the same machine."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.dataclass import dataclass
from tutor.grading.outcome import DONE
from tutor.grading.verdict import Grade, Status, StepResult, Verdict


@dataclass(frozen=True, slots=True)
class Turned:
    """Steps that were done and are not any more, in the order of the course.

    ``failed`` have a check that fails; ``waiting`` only wait for one that does.
    """

    failed: tuple[StepResult, ...] = ()
    waiting: tuple[StepResult, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.failed or self.waiting)


NOTHING_TURNED = Turned()


def turned_red(before: Mapping[str, Status], grade: Grade) -> Turned:
    """Compare how the steps stood with how they stand.

    What cannot be looked at now has not turned red: nothing is known of it.

    :param before: the last certain status by step; a step that is not there has not been green.
    """
    lost = [result for result in grade.steps if before.get(result.step.id) in DONE]
    return Turned(
        tuple(result for result in lost if result.status is Status.FAIL),
        tuple(result for result in lost if result.status is Status.BLOCKED),
    )


def certain(grade: Grade) -> dict[str, Status]:
    """The statuses by step, without those that could not be looked at."""
    return {result.step.id: result.status for result in grade.steps if result.status is not Status.UNKNOWN}


def first_failure(result: StepResult) -> Verdict | None:
    """The check that says what is wrong with a step: the first that fails."""
    return next((verdict for verdict in result.verdicts if verdict.status is Status.FAIL), None)
