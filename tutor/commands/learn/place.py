"""Where the student is in the course, kept in the journal: it survives whatever ends the program."""

from __future__ import annotations

from tutor.commands.session import Session
from tutor.course.records import Step
from tutor.journal.errors import JournalError
from tutor.journal.events import position_event, skip_event
from tutor.journal.line import Event
from tutor.text import text

#: Longer than this no reason is.
_LONGEST_REASON = 500


class Place:
    """The step that the walk is at, and those that were passed by.

    A journal that cannot be used costs the memory, not the walk: that is said once.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told = False
        self.skips: dict[str, str] = {}
        #: Where the walk has been, the latest last.
        self.seen: list[str] = []
        try:
            self.seen = session.journal.positions(session.course.id)
            self.skips = session.journal.skips(session.course.id)
        except JournalError as error:
            self._tell(error)

    @property
    def latest(self) -> str | None:
        """The step that the walk is at, or was at when it was left."""
        return self.seen[-1] if self.seen else None

    def arrive(self, step: Step) -> None:
        """The walk is at this step now."""
        if step.id != self.latest:
            self.seen.append(step.id)
            self._write(position_event(self._session.course.id, step.id))

    def pass_by(self, step: Step, reason: str = "") -> None:
        """The walk goes on without this step."""
        reason = " ".join(reason.split())[:_LONGEST_REASON]
        if self.skips.get(step.id) != reason:
            self.skips[step.id] = reason
            self._write(skip_event(self._session.course.id, step.id, reason))

    def _write(self, event: Event) -> None:
        try:
            self._session.journal.append_all([event])
        except JournalError as error:
            self._tell(error)

    def _tell(self, error: JournalError) -> None:
        if not self._told:
            self._told = True
            self._session.say(text("your place is not remembered: {reason}", reason=error.what))
