"""``tutor report``: a class, from what its students handed in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from tutor.commands.report_exports import must_go_together, write_exports
from tutor.commands.report_making import Wishes, judge_class
from tutor.commands.report_progress import PAGES, Bar
from tutor.commands.report_student import find_student
from tutor.commands.session import Session
from tutor.course.course_config import read_course_config
from tutor.course.load import load_course
from tutor.course.select import find_step
from tutor.output import interface
from tutor.output.streams import discard
from tutor.report.exports.aim import Aim
from tutor.report.exports.interface import of_class
from tutor.report.exports.names import ExportName
from tutor.report.records import Report, Student
from tutor.text import text

#: A report was made, but not of all files.
REFUSED = 1


def report(session: Session, wishes: Wishes) -> int:
    """Judge the hand-ins and show the class.

    :returns: 0; 1 where a file was refused.
    :raises UsageError: for a path, roster, deadline or course file that cannot be used.
    """
    must_go_together(wishes.exports, wishes.outputs)
    course = load_course(session.options.course, session.language)
    config = read_course_config(os.fspath(wishes.course_config), course) if wishes.course_config else None
    course = config.applied(course) if config else course
    if wishes.step is not None:
        find_step(course, wishes.step)
    if wishes.html is not None:
        from tutor.output.html.folder import must_be_ours

        must_be_ours(wishes.html)  # before the judging, which takes its time
    found = judge_class(session, wishes, course, config)
    if wishes.html is not None:
        _write_pages(session, wishes.html, found)
    if wishes.html is None or _asked_for_more(session, wishes):
        _show(session, wishes, found)
    return REFUSED if found.refused else 0


def _write_pages(session: Session, folder: Path, made: Report) -> None:
    from tutor.output.html.site import write_site

    with Bar(session, PAGES) as bar:
        write_site(made, folder, session.translate, bar.advanced)
    session.say(text("The pages are there: open {file}", file=os.path.join(folder, "index.html")))


def _asked_for_more(session: Session, wishes: Wishes) -> bool:
    """Whether something is to be printed beside the pages, which have all of it."""
    view = (
        wishes.student is not None
        or wishes.step is not None
        or wishes.stuck
        or wishes.items
        or wishes.exports
    )
    return bool(view) or session.options.format == "json"


def _show(session: Session, wishes: Wishes, made: Report) -> None:
    aim = Aim(session.translate, wishes.assignment or made.course.title)
    if wishes.exports:
        only = find_student(made, wishes.student) if wishes.student is not None else None
        outputs: Sequence[Path | None] = wishes.outputs or [None]
        write_exports(session, made, list(zip(wishes.exports, outputs, strict=True)), aim, only)
    elif session.options.format == "json":
        _write(session, of_class(ExportName.JSON)(made, aim))
    else:
        _write(session, [_rendered(session, wishes, made)])


def _rendered(session: Session, wishes: Wishes, made: Report) -> str:
    """The view that was asked for; the class else."""
    look = (session.translate, session.style)
    if wishes.student is not None:
        from tutor.output.class_student import render_student

        student = find_student(made, wishes.student)
        return render_student(made, student, _observed(session, student), *look)
    from tutor.output.class_views import render_items, render_step, render_stuck

    if wishes.step is not None:
        return render_step(made, wishes.step, *look)
    if wishes.stuck:
        return render_stuck(made, *look)
    if wishes.items:
        return render_items(made, *look)
    from tutor.output.class_table import render_class

    return render_class(made, *look)


def _observed(session: Session, student: Student) -> dict[str, str]:
    """What the verdicts rest on, where that is asked for."""
    if not session.style.verbose or student.hand_in is None:
        return {}
    from tutor.report.observed import Observations

    with Observations(session.translate) as observations:
        return observations.of(student.hand_in)


def _write(session: Session, pieces: Iterable[str]) -> None:
    """Print them; a reader who has left (``tutor report | head``) changes nothing."""
    try:
        for piece in pieces:
            interface.write(piece, session.out, session.options.format)
    except BrokenPipeError:
        discard(session.out)
