"""The machine, looked at as often as the walk asks for it. Each look is journalled, as by ``tutor check``."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.commands.check import judge_live, remember
from tutor.commands.history import last_certain
from tutor.commands.session import Session
from tutor.course.records import Step
from tutor.dataclass import dataclass, replace
from tutor.grading.verdict import Grade, Status, StepResult
from tutor.guide.turned import Turned, certain, turned_red
from tutor.host import aside
from tutor.journal.errors import JournalError
from tutor.text import Text

#: Why a check could not be made, where a password would help (tutor.host.machine).
_FORBIDDEN = "not-permitted"


@dataclass(frozen=True, slots=True)
class Look:
    """What a look came to: the step that was asked for, and what else has turned red."""

    result: StepResult | None
    turned: Turned
    notices: tuple[Text, ...]


class Looks:
    """The whole course is graded each time, so that nothing turns red unseen."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.results: dict[str, StepResult] = {}
        self._known: dict[str, Status] | None = None

    @property
    def statuses(self) -> dict[str, Status]:
        """How each step stood when it was last looked at."""
        return {step: result.status for step, result in self.results.items()}

    def look(self, step: Step | None = None) -> Look:
        """Look at everything. A password is asked for only where ``step`` cannot be judged without.

        :param step: the one that the student asks about; the others are not told of unless they turned red.
        """
        if self._known is None:
            self._known = self._before()
        grade = self._judge((), ask=False)
        if step is not None and _wants_password(grade, step):
            grade = _joined(grade, self._judge([step.id], ask=True))
        turned = turned_red(
            {id_: each for id_, each in self._known.items() if step is None or id_ != step.id}, grade
        )
        self._known.update(certain(grade))
        self.results.update((result.step.id, result) for result in grade.steps)
        # What nobody was asked a password for is not known; it must not replace what was.
        known = (one for one in grade.steps if one.status is not Status.UNKNOWN or one.step == step)
        remember(self._session, replace(grade, steps=tuple(known)))
        return Look(self.results.get(step.id) if step else None, turned, grade.notices)

    def prepare(self) -> None:
        """Start what the next look will need, while the student reads."""
        aside.begin()

    def _judge(self, words: Sequence[str], *, ask: bool) -> Grade:
        grade, host = judge_live(self._session, words, ask=ask)
        host.close()
        return grade

    def _before(self) -> dict[str, Status]:
        try:
            return last_certain(self._session.journal, self._session.course)
        except JournalError:
            return {}


def _wants_password(grade: Grade, step: Step) -> bool:
    return any(
        verdict.finding.code == _FORBIDDEN
        for result in grade.steps
        if result.step == step and result.status is Status.UNKNOWN
        for verdict in result.verdicts
    )


def _joined(grade: Grade, later: Grade) -> Grade:
    """The whole grade, with the steps that were looked at again."""
    newer = {result.step.id: result for result in later.steps}
    return replace(grade, steps=tuple(newer.get(result.step.id, result) for result in grade.steps))
