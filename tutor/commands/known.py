"""What the journal knows of the course, for lists and overviews: they do without where it is broken."""

from __future__ import annotations

from tutor.commands.changes import Change, since_checked
from tutor.commands.history import Stand, last_stands
from tutor.commands.session import Session
from tutor.journal.errors import JournalError
from tutor.text import text


def known_stands(session: Session) -> dict[str, Stand]:
    """What the journal knows of this course's steps; nothing, and a word why, where it cannot be read."""
    course = session.course
    try:
        return last_stands(session.journal, course)
    except JournalError as error:
        session.say(text("earlier checks are not known: {reason}", reason=error.what))
        return {}


def known_changes(session: Session) -> dict[str, Change]:
    """What is new or changed since each step was checked; nothing where the journal cannot be read."""
    try:
        return since_checked(session.journal, session.course)
    except JournalError:  # said by known_stands
        return {}
