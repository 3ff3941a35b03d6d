"""``tutor learn``: the guided walk."""

from __future__ import annotations

import sys

from tutor.commands.session import Session
from tutor.course.select import find_step
from tutor.errors import UsageError
from tutor.text import text


def learn(session: Session, word: str | None = None) -> int:
    """Walk through the course from the step called ``word``, or from where the student was.

    :returns: 0, or 130 when the student left with Ctrl-C.
    :raises UsageError: when there is no such step, or no terminal.
    :raises CourseError: when the course is broken.
    """
    step = find_step(session.course, word) if word is not None else None
    session.values  # noqa: B018 - a configuration that cannot be used is told before anything is asked
    if not (sys.stdin.isatty() and session.out.isatty()):
        raise UsageError(
            text("tutor learn is a dialogue, and needs a terminal"),
            text("Without one, use `tutor show`, `tutor check`, `tutor hint` and `tutor answer`."),
        )
    from tutor.commands.learn.signals import ended_tidily
    from tutor.commands.learn.terminal import dialogue_for
    from tutor.commands.learn.walk import Walk

    dialogue = dialogue_for(session)
    with ended_tidily(draws=dialogue.draws):
        return Walk(session, dialogue).begin(step)
