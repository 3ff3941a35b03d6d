"""Tells and journals what a watch finds, and minds the terminal meanwhile."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from datetime import datetime, timezone

from tutor.commands.baseline import keep_baseline
from tutor.commands.check import notices_on
from tutor.commands.history import last_stands
from tutor.commands.progress import Progress
from tutor.commands.session import Session
from tutor.commands.watch_screen import Keys, Screen
from tutor.dataclass import replace
from tutor.grading.changes import StepChange, changes
from tutor.grading.verdict import Grade, StepResult
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.journal.errors import JournalError
from tutor.journal.events import check_event
from tutor.output.page import Page
from tutor.output.watching import count, render_change, render_state
from tutor.output.watching_json import change_line, state_line
from tutor.text import text
from tutor.watch.watch import Watch


class Follower:
    """Tells and journals what a watch finds."""

    def __init__(self, session: Session, watching: Watch, keys: Keys | None) -> None:
        self._session, self._watch, self._keys = session, watching, keys
        self._json = session.options.format == "json"
        style = session.style
        drawn = keys is not None and session.out.isatty() and not style.plain and not style.ascii
        self._screen = Screen(session, drawn=drawn)
        self._grade: Grade | None = None
        self._rules_told = False

    def begin(self) -> Grade:
        """The first look."""
        session = self._session
        with session.transient() as line:
            grade = self._watch.look(Progress(line, lambda: self._watch.asking))
        keep_baseline(session, Machine(), LiveHost(Machine(), known=self._watch.observations))
        self._grade = grade = replace(grade, notices=tuple(notices_on(grade, LiveHost(Machine()))))
        if self._json:
            for notice in grade.notices:
                session.say(notice)
            self._screen.show(state_line(grade, now()))
        else:
            self._screen.show(render_state(grade, session.translate, self._screen.style))
        self._journal(grade, self._news(grade))
        return grade

    def follow(self) -> None:
        """Until a person or the reader of the output has had enough."""
        self._watch.listen()
        with contextlib.ExitStack() as stack:
            if _is_pipe(self._session.out.fileno()):
                self._watch.hear(self._session.out)
            if self._keys is not None:
                stack.enter_context(self._keys)
                self._watch.hear(self._keys)
            stack.callback(self._screen.clear)
            if not self._json:
                self._screen.show("\n" + _greeting(self._session, by_key=self._keys is not None))
            self._show_state()
            while self._turn():
                pass

    def _turn(self) -> bool:
        """One thing that happens; False when it is the end."""
        self._tell_of_rules()
        self._mind_the_terminal()
        grade, spoke = self._watch.turn()
        if grade is not None:
            self._take(grade)
        if spoke and self._keys is not None and self._keys.taken:
            return self._pressed(self._keys.read())
        return not (spoke and self._keys is None)

    def _take(self, grade: Grade) -> None:
        before, self._grade = self._grade, grade
        found = list(changes(before, grade)) if before is not None else []
        moment = datetime.now(timezone.utc).astimezone()
        if found:
            self._show_state()
            for change in found:
                self._tell(change, grade, moment)
            changed = {change.result.step.id for change in found}
            self._journal(grade, [one for one in grade.steps if one.step.id in changed])

    def _tell(self, change: StepChange, grade: Grade, moment: datetime) -> None:
        translate = self._session.translate
        if self._json:
            self._screen.show(
                change_line(change, grade, moment.isoformat(timespec="milliseconds"), translate)
            )
        else:
            clock = moment.strftime("%H:%M:%S")
            self._screen.show(render_change(change, grade, clock, translate, self._screen.style))

    def _pressed(self, keys: str) -> bool:
        if not keys or "q" in keys.lower():
            return False
        if "r" in keys.lower():
            self._watch.look_anew(by_hand=True)
        return True

    def _mind_the_terminal(self) -> None:
        """Keys come here, but while sudo asks."""
        if self._keys is None:
            return
        if self._watch.asking:
            self._watch.ignore(self._keys)
        elif not self._keys.taken and self._keys.take():
            self._watch.ignore(self._keys)
            self._watch.hear(self._keys)

    def _tell_of_rules(self) -> None:
        """Once each time that it comes to be so: nothing tells of changes of the firewall's rules."""
        unwatched = self._watch.rules_unwatched and not self._watch.asking
        if unwatched and not self._rules_told:
            by_key = self._keys is not None
            self._screen.clear()
            self._session.say(_UNWATCHED_BY_KEY if by_key else _UNWATCHED)
        if unwatched != self._rules_told:
            self._rules_told = unwatched
            self._show_state()

    def _show_state(self) -> None:
        if self._grade is not None:
            done = count(self._grade)
            self._screen.state(text("{count}. q ends, r looks at everything anew.", count=done), done)

    def _news(self, grade: Grade) -> list[StepResult]:
        """The steps that stand otherwise than when they were checked last."""
        try:
            known = last_stands(self._session.journal, grade.course)
        except JournalError:
            return list(grade.steps)
        return [
            one
            for one in grade.steps
            if one.step.id not in known or known[one.step.id].status is not one.status
        ]

    def _journal(self, grade: Grade, steps: Sequence[StepResult]) -> None:
        """Journal these steps as a check of them. A journal that cannot be written costs nobody a verdict."""
        if not steps:
            return
        try:
            journal = self._session.journal
            for step in steps:
                for verdict in step.verdicts:
                    journal.remember(verdict.finding.remember)
            journal.append_all([check_event(replace(grade, steps=tuple(steps), started=now()))])
        except JournalError as error:
            self._screen.clear()
            self._session.say(text("not journalled: {reason}", reason=error.what))


_UNWATCHED = text("Nothing tells when the firewall's rules change: that needs sudo without a password.")
_UNWATCHED_BY_KEY = text(
    "Nothing tells when the firewall's rules change: that needs sudo. Press r to have them read again."
)


def _greeting(session: Session, *, by_key: bool) -> str:
    page = Page(session.translate, session.style)
    if by_key:
        message = text(
            "Work in another terminal: what changes is told here. q ends, r looks at everything anew."
        )
    else:
        message = text("What changes is told here. Ctrl-C ends.")
    page.line(page.say(message))
    return page.document()


def now() -> str:
    """The time of day with its offset, to show and to journal."""
    return datetime.now(timezone.utc).astimezone().isoformat(timespec="milliseconds")


def _is_pipe(descriptor: int) -> bool:
    return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
