"""``tutor watch``: the steps tick off by themselves."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

from tutor import __version__
from tutor.commands.baseline import keep_baseline
from tutor.commands.catalogue import checks_for
from tutor.commands.check import announce, memory_of, notices_on, user_name
from tutor.commands.history import last_stands
from tutor.commands.progress import Progress, log_error
from tutor.commands.session import Session
from tutor.commands.watch_screen import Keys, Screen, ending_in_order
from tutor.course.records import CheckSpec
from tutor.course.select import select
from tutor.errors import UsageError
from tutor.grading.changes import StepChange, changes
from tutor.grading.fit import must_fit
from tutor.grading.grade import Run
from tutor.grading.outcome import exit_code
from tutor.grading.verdict import Grade, StepResult
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.journal.errors import JournalError
from tutor.journal.events import check_event
from tutor.output.streams import discard
from tutor.output.watching import count, render_change, render_state
from tutor.output.watching_json import change_line, state_line
from tutor.text import Text, text
from tutor.watch.topics import Place
from tutor.watch.watch import Student, Subject, Watch


def watch(session: Session, words: Sequence[str], *, once: bool = False) -> int:
    """Tell how the steps stand that ``words`` name, or all of them, and then every change.

    :param once: end after the first look.
    :returns: the exit code of the first look when it is the only one; 0 when ended by the key q.
    """
    if sys.platform != "linux":
        raise UsageError(
            text("tutor judges Linux machines, and this one runs {platform}", platform=sys.platform),
            text("Run it on the machine of the course, or judge a recording: tutor check --from FILE"),
        )
    with ending_in_order(), contextlib.ExitStack() as stack:
        keys = Keys() if session.interactive and not once else None
        watching = stack.enter_context(Watch(_subject(session, words), _student(session, keys)))
        follower = _Follower(session, watching, keys)
        try:
            first = follower.begin()
            if once:
                return exit_code(first)
            follower.follow()
        except BrokenPipeError:
            discard(session.out)
    return 0


class _Silent:
    """Sees the judging of later looks: they are over before anybody could read what is under way."""

    def begins(self, spec: CheckSpec) -> None:
        """See :class:`tutor.grading.runner.Observer`."""

    def internal_error(self, spec: CheckSpec, error: BaseException) -> str | None:
        """See :class:`tutor.grading.runner.Observer`."""
        return log_error(f"{spec.id} ({spec.check})", error)


def _subject(session: Session, words: Sequence[str]) -> Subject:
    registry = checks_for(session.course)
    must_fit(session.course, registry)
    run = Run(session.course, session.values, user_name(LiveHost(Machine())), _now(), __version__)
    return Subject(run, select(session.course, words), registry, _Silent())


def _student(session: Session, keys: Keys | None) -> Student:
    memory = memory_of(session)
    machine = Machine()
    place = Place(machine.home, tuple(machine.path.split(":")), _path_of(session))
    say = announce(session)

    def ask(purpose: Text, command: Sequence[str]) -> None:
        if keys is not None:
            keys.release()
        say(purpose, command)

    return Student(machine.environ, place, memory, ask if session.interactive else None, log_error)


def _path_of(session: Session) -> str | None:
    try:
        return os.fspath(session.journal.path)
    except JournalError:
        return None


class _Follower:
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
        with Progress(session, lambda: self._watch.asking) as progress:
            grade = self._watch.look(progress)
        keep_baseline(session, Machine(), LiveHost(Machine(), known=self._watch.observations))
        self._grade = grade = replace(grade, notices=tuple(notices_on(grade, LiveHost(Machine()))))
        if self._json:
            for notice in grade.notices:
                session.say(notice)
            self._screen.show(state_line(grade, _now()))
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
        now = datetime.now(timezone.utc).astimezone()
        if found:
            self._show_state()
            for change in found:
                self._tell(change, grade, now)
            changed = {change.result.step.id for change in found}
            self._journal(grade, [one for one in grade.steps if one.step.id in changed])

    def _tell(self, change: StepChange, grade: Grade, now: datetime) -> None:
        translate = self._session.translate
        if self._json:
            self._screen.show(change_line(change, grade, now.isoformat(timespec="milliseconds"), translate))
        else:
            clock = now.strftime("%H:%M:%S")
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
            journal.append_all([check_event(replace(grade, steps=tuple(steps), started=_now()))])
        except JournalError as error:
            self._screen.clear()
            self._session.say(text("not journalled: {reason}", reason=error.what))


_UNWATCHED = text("Nothing tells when the firewall's rules change: that needs sudo without a password.")
_UNWATCHED_BY_KEY = text(
    "Nothing tells when the firewall's rules change: that needs sudo. Press r to have them read again."
)


def _greeting(session: Session, *, by_key: bool) -> str:
    from tutor.output.page import Page

    page = Page(session.translate, session.style)
    if by_key:
        message = text(
            "Work in another terminal: what changes is told here. q ends, r looks at everything anew."
        )
    else:
        message = text("What changes is told here. Ctrl-C ends.")
    page.line(page.say(message))
    return page.document()


def _now() -> str:
    return datetime.now(timezone.utc).astimezone().isoformat(timespec="milliseconds")


def _is_pipe(descriptor: int) -> bool:
    return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
