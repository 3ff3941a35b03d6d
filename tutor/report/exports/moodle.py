"""Moodle's grade import CSV (moodle/moodle: grade/import/csv).

One user whom Moodle does not know, and one grade that is no number, end the whole import: only students of
the roster are in it, and only those whose points are decided. Feedback without a grade would take one away.
"""

from __future__ import annotations

from collections.abc import Iterator

from tutor.errors import UsageError
from tutor.report.exports.aim import Aim, named, total, without_grade
from tutor.report.exports.spreadsheet import Cell, is_safe, rows
from tutor.report.hand_in import HandIn
from tutor.report.records import Person, Report, Student
from tutor.text import Text, text

_COLUMNS = ("username", "idnumber", "email", "firstname", "lastname")
#: Above this Moodle wants a setting of its own (``unlimitedgrades``).
_MOST = 100
_DONE = ("pass", "skip")


def render(report: Report, aim: Aim, /) -> Iterator[str]:
    """See :class:`tutor.report.exports.interface.OfClass`.

    :raises UsageError: without a roster, for then nobody is known to Moodle for certain.
    """
    if not report.roster:
        raise UsageError(
            text("--export moodle needs --roster: one user whom Moodle does not know ends its import"),
            text("Download the participants or the grades from Moodle as CSV, and give that file."),
        )
    yield from rows([[*_COLUMNS, aim.assignment, f"{aim.assignment} feedback"]])
    for student in report.students:
        person, points = student.person, total(student.hand_in)
        if person is not None and points is not None and student.hand_in is not None and _is_known(person):
            yield from rows([[*_identities(person), points, _feedback(report, aim, student.hand_in)]])


def left_out(report: Report) -> Iterator[Text]:
    """See :func:`tutor.report.exports.interface.left_out`."""
    unknown = [one.key for one in report.students if one.hand_in and not _matches(one)]
    if unknown:
        yield text(
            "not in the export, because one that Moodle does not know ends the import: {students}",
            students=named(unknown),
        )
    if report.course.max_points > _MOST:
        yield text(
            "Moodle takes grades above {most} only where its setting unlimitedgrades is on", most=_MOST
        )
    yield from without_grade(report)


def _matches(student: Student) -> bool:
    return student.person is not None and _is_known(student.person)


def _is_known(person: Person) -> bool:
    return any(value for value in _identities(person)[:3])


def _identities(person: Person) -> list[Cell]:
    """As the roster spells them: Moodle's match of mail addresses heeds case."""
    identity = (person.username, person.id, person.email)
    return [*(value if is_safe(value) else "" for value in identity), person.first, person.last]


def _feedback(report: Report, aim: Aim, hand_in: HandIn) -> str:
    optional = {step.id for lesson in report.course.lessons for step in lesson.steps if step.optional}
    missing = [step.id for step in hand_in.steps if step.status not in _DONE and step.id not in optional]
    told = text("{points} of {most} points.", points=hand_in.points, most=hand_in.max_points)
    if missing:
        told = text(
            "{points} of {most} points. Not done: {steps}.",
            points=hand_in.points,
            most=hand_in.max_points,
            steps=", ".join(missing),
        )
    return told.render(aim.translate)
