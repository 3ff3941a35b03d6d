"""``tutor list``: the lessons and their steps."""

from __future__ import annotations

from tutor import __version__
from tutor.commands.changes import Change, since_checked
from tutor.commands.history import Stand, last_stands
from tutor.commands.session import Session
from tutor.course.load import packaged_folder
from tutor.journal.errors import JournalError
from tutor.output import interface
from tutor.output.listing import list_document, render_list
from tutor.proving.proven import known_runs
from tutor.text import text


def list_steps(session: Session) -> int:
    """List all steps, each with its status when it was last checked.

    :raises CourseError: when the course is broken.
    """
    stands, changes = known_stands(session), known_changes(session)
    runs = known_runs(str(session.options.course or packaged_folder()), session.course.digest)
    if session.options.format == "json":
        by_step = {step: (stand.status, stand.time) for step, stand in stands.items()}
        document = list_document(session.course, by_step, changes, __version__, runs)
        interface.write(document, session.out, "json")
    else:
        statuses = {step: stand.status for step, stand in stands.items()}
        document = render_list(session.course, statuses, changes, session.translate, session.style, runs=runs)
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


def known_changes(session: Session) -> dict[str, Change]:
    """What is new or changed since each step was checked; nothing where the journal cannot be read."""
    try:
        return since_checked(session.journal, session.course)
    except JournalError:  # said by known_stands
        return {}
