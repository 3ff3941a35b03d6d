"""``tutor list``: the lessons and their steps."""

from __future__ import annotations

from tutor import __version__
from tutor.commands.history import Stand, last_stands
from tutor.commands.session import Session
from tutor.journal.errors import JournalError
from tutor.output import interface
from tutor.output.listing import list_document, render_list
from tutor.text import text


def list_steps(session: Session) -> int:
    """List all steps, each with its status when it was last checked.

    :raises CourseError: when the course is broken.
    """
    stands = known_stands(session)
    if session.options.format == "json":
        by_step = {step: (stand.status, stand.time) for step, stand in stands.items()}
        interface.write(list_document(session.course, by_step, __version__), session.out, "json")
    else:
        statuses = {step: stand.status for step, stand in stands.items()}
        document = render_list(session.course, statuses, session.translate, session.style)
        interface.write(document, session.out, "text")
    return 0


def known_stands(session: Session) -> dict[str, Stand]:
    """What the journal knows of this course's steps; nothing, and a word why, where it cannot be read."""
    course = session.course
    try:
        return last_stands(session.journal, course)
    except JournalError as error:
        session.say(text("earlier checks are not known: {reason}", reason=error.what))
        return {}
