"""What has changed between two grades of the same steps."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.dataclass import dataclass
from tutor.grading.outcome import DONE
from tutor.grading.verdict import Grade, Status, StepResult, Verdict


@dataclass(frozen=True, slots=True)
class CheckChange:
    """A check whose status or code is another now. ``was`` is the status before."""

    verdict: Verdict
    was: Status


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step of which a check has changed; ``was`` is the step's own status before, often the same."""

    result: StepResult
    was: Status
    checks: tuple[CheckChange, ...]

    @property
    def is_done_now(self) -> bool:
        """Whether the step has become done."""
        return self.was not in DONE and self.result.status in DONE

    @property
    def was_done(self) -> bool:
        """Whether the step was done and is not any more."""
        return self.was in DONE and self.result.status not in DONE


def changes(before: Grade, after: Grade) -> Iterator[StepChange]:
    """The steps with a change, in the order of the course. Texts and values are no change by themselves."""
    earlier = {result.step.id: result for result in before.steps}
    for result in after.steps:
        old = earlier.get(result.step.id)
        if old is None:
            continue
        known = {verdict.spec.id: verdict for verdict in old.verdicts}
        changed = tuple(
            CheckChange(verdict, known[verdict.spec.id].status)
            for verdict in result.verdicts
            if verdict.spec.id in known and _stand(verdict) != _stand(known[verdict.spec.id])
        )
        if changed:
            yield StepChange(result, old.status, changed)


def _stand(verdict: Verdict) -> tuple[Status, str | None]:
    return verdict.status, verdict.finding.code
