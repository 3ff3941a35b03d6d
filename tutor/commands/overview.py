"""``tutor`` by itself: where am I, what is next."""

from __future__ import annotations

from tutor import __version__
from tutor.commands.changes import told
from tutor.commands.history import last_certain
from tutor.commands.known import known_changes, known_stands
from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.grading.verdict import Status
from tutor.guide.turned import Turned, turned_red
from tutor.journal.errors import JournalError
from tutor.output import interface
from tutor.output.overview import render_overview
from tutor.text import Text, text


def overview(session: Session) -> int:
    """Look at this machine and say where its user is in the course. Nothing is journalled.

    :raises UsageError: when the configuration cannot be used.
    :raises CourseError: when the course is broken.
    """
    statuses, turned, notices = _statuses(session)
    notices += told(known_changes(session))
    document = render_overview(
        session.course, statuses, notices, session.translate, session.style, turned=turned
    )
    interface.write(document, session.out, "text")
    return 0


def show_version(session: Session) -> int:
    """Say which version this is."""
    session.out.write(f"tutor {__version__}\n")
    return 0


def _statuses(session: Session) -> tuple[dict[str, Status], Turned, list[Text]]:
    """How each step stands, and what has turned red; where this machine cannot be judged, how it stood."""
    from tutor.commands.check import judge_live

    session.values  # noqa: B018 - a configuration that cannot be used is no fault of the machine
    try:
        grade, _ = judge_live(session, [])
    except UsageError as error:
        earlier = {step: stand.status for step, stand in known_stands(session).items()}
        then = text("{reason}. What follows is from earlier checks.", reason=error.what)
        return earlier, Turned(), [then]
    statuses = {result.step.id: result.status for result in grade.steps}
    return statuses, turned_red(_before(session), grade), list(grade.notices)


def _before(session: Session) -> dict[str, Status]:
    try:
        return last_certain(session.journal, session.course)
    except JournalError:  # then nothing has turned, as far as anybody knows
        return {}
