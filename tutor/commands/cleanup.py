"""``tutor cleanup``: the machine as it was before the course."""

from __future__ import annotations

from tutor.commands.removal import begin, run
from tutor.commands.session import Session
from tutor.text import text


def cleanup(session: Session, *, yes: bool = False, dry_run: bool = False) -> int:
    """Take away everything that the course created here since the baseline, and nothing else.

    :returns: see :func:`tutor.commands.removal.run`.
    """
    notes = [text("Your answers, your progress and your configuration stay.")]
    return run(begin(session), text("What the course created here"), notes, yes=yes, dry_run=dry_run)
