"""``tutor reset STEP``: one step as it was before it was begun."""

from __future__ import annotations

from tutor.baseline.things import built_on
from tutor.commands.removal import begin, run
from tutor.commands.session import Session
from tutor.course.select import find_step
from tutor.text import text


def reset(session: Session, word: str, *, yes: bool = False, dry_run: bool = False) -> int:
    """Take away what the step called ``word`` created here since the baseline.

    :returns: see :func:`tutor.commands.removal.run`.
    :raises UsageError: when there is no such step.
    """
    step = find_step(session.course, word)
    removal = begin(session)
    removal.chosen = [thing for thing in removal.things if thing.step == step.id and not thing.shared]
    notes = [text("Your answers stay.")] if step.quiz else []
    others = built_on(session.course, step, session.values)
    if others:
        notes.append(text("These steps build on it: {steps}", steps=", ".join(others)))
    return run(removal, text("What {step} created here", step=step.id), notes, yes=yes, dry_run=dry_run)
