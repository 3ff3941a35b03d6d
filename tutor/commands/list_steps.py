"""``tutor list``: the lessons and their steps."""

from __future__ import annotations

from tutor import __version__
from tutor.commands.known import known_changes, known_stands
from tutor.commands.session import Session
from tutor.course.load import packaged_folder
from tutor.output import interface
from tutor.output.listing import list_document, render_list
from tutor.proving.proven import known_runs


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
