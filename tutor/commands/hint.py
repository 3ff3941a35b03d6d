"""``tutor hint``: help in steps, from a nudge to the command."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.commands.session import Session
from tutor.course.records import Step
from tutor.course.select import find_step
from tutor.errors import UsageError
from tutor.output import interface
from tutor.text import text


def hint(session: Session, word: str, level: int | None = None, *, everything: bool = False) -> int:
    """Show a hint for the step called ``word``.

    Nothing is remembered between calls: each hint names the command for the next.

    :param level: the hint's number, from 1; the first where none is given.
    :param everything: show all hints instead.
    :raises UsageError: when there is no such step, or no such hint.
    """
    from tutor.output.hints import render_hints

    step = find_step(session.course, word)
    numbers = _numbers(step, level, everything=everything)
    document = render_hints(step, numbers, session.values, session.translate, session.style)
    interface.write(document, session.out, "text")
    return 0


def _numbers(step: Step, level: int | None, *, everything: bool) -> Sequence[int]:
    count = len(step.hints)
    if everything and level is not None:
        raise UsageError(text("--level and --all exclude each other"), text("Give one of them."))
    if level is None:
        return range(1, count + 1) if everything else range(1, min(1, count) + 1)
    if not count:
        tip = text("See what is wrong: {command}", command=f"tutor check {step.id}")
        raise UsageError(text("{step} has no hints", step=step.id), tip)
    if not 1 <= level <= count:
        tip = text("Its hints are 1 to {count}.", count=count)
        raise UsageError(text("{step} has no hint {level}", step=step.id, level=level), tip)
    return [level]
