"""Canvas' gradebook CSV, as its importer takes it (instructure/canvas-lms: lib/gradebook_importer.rb).

Students are matched by ``ID``, then ``SIS User ID``, then ``SIS Login ID``. ``ID`` is Canvas' own number: any
other number there is another person's, so it stays empty unless the roster came from Canvas. ``Section`` must
be the last column before the assignment. A column whose title Canvas does not know becomes a new assignment.
"""

from __future__ import annotations

from collections.abc import Iterator

from tutor.errors import UsageError
from tutor.report.exports.aim import Aim, named, total, without_grade
from tutor.report.exports.spreadsheet import Cell, is_safe, rows
from tutor.report.records import Report, Student
from tutor.text import Text, text

#: Columns that the importer passes over, or counts itself; each also with "Unposted" before it.
_OWN = {
    f"{which} {what}"
    for which in ("current", "final", "override", "unposted current", "unposted final")
    for what in ("score", "points", "grade", "status")
}
_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def render(report: Report, aim: Aim, /) -> Iterator[str]:
    """See :class:`tutor.report.exports.interface.OfClass`.

    :raises UsageError: for an assignment that Canvas would pass over in silence.
    """
    if aim.assignment.strip().casefold() in _OWN:
        raise UsageError(
            text("Canvas passes over a column that is called {name}", name=aim.assignment),
            text("Name the assignment as in Canvas' own export: --assignment 'Lab 1 (1234)'"),
        )
    possible: list[Cell] = ["    Points Possible", None, None, None, None, report.course.max_points]
    yield from rows([[*_COLUMNS, aim.assignment], possible])
    yield from rows(
        [student.name, *_identities(student), _section(student), total(student.hand_in)]
        for student in report.students
        if _is_known(report, student)
    )


def left_out(report: Report) -> Iterator[Text]:
    """See :func:`tutor.report.exports.interface.left_out`."""
    unknown = [student.key for student in report.students if not _is_known(report, student)]
    if unknown:
        yield text(
            "not in the export, because Canvas could not tell who it is: {students}", students=named(unknown)
        )
    yield from without_grade(report)


def _is_known(report: Report, student: Student) -> bool:
    """Whether Canvas can match the student: on the roster where there is one, with something to match by."""
    return (student.person is not None or not report.roster) and any(_identities(student))


def _identities(student: Student) -> tuple[str, str, str]:
    """Canvas' id, SIS id and login, each empty where it is not known, or where it would be a formula."""
    person = student.person
    if person is None:
        found = "", student.id or "", student.email or ""
    else:
        number = person.canvas_id if person.canvas_id.isdecimal() else ""
        found = number, person.sis_id or person.id, person.sis_login or person.username or person.email
    return tuple(value if is_safe(value) else "" for value in found)  # type: ignore[return-value]


def _section(student: Student) -> str:
    return student.person.section if student.person else ""
