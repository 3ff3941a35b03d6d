"""``tutor watch``: the steps tick off by themselves."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from tutor import __version__
from tutor.commands.catalogue import checks_for
from tutor.commands.check import announce, memory_of, user_name
from tutor.commands.progress import log_error
from tutor.commands.session import Session
from tutor.commands.watch_follower import Follower, now
from tutor.commands.watch_screen import Keys, ending_in_order
from tutor.course.records import CheckSpec
from tutor.course.select import select
from tutor.errors import UsageError
from tutor.grading.fit import must_fit
from tutor.grading.grade import Run
from tutor.grading.outcome import exit_code
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.start_files import FOLDER_VARIABLE
from tutor.journal.errors import JournalError
from tutor.output.streams import discard
from tutor.text import Text, text
from tutor.watch.asking import Student
from tutor.watch.topics import Place
from tutor.watch.watch import Subject, Watch


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
        follower = Follower(session, watching, keys)
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
    run = Run(session.course, session.values, user_name(LiveHost(Machine())), now(), __version__)
    return Subject(run, select(session.course, words), registry, _Silent())


def _student(session: Session, keys: Keys | None) -> Student:
    memory = memory_of(session)
    machine = Machine()
    folders = {kind: machine.environ.get(name, "") for kind, name in FOLDER_VARIABLE.items()}
    place = Place(machine.home, tuple(machine.path.split(":")), _path_of(session), folders)
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
