"""CSV, a row for each check of each student. It begins with a mark, by which spreadsheets know UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.report.exports.aim import Aim
from tutor.report.exports.spreadsheet import Cell, rows
from tutor.report.records import Report, Student

COLUMNS = (
    *("student", "id", "email", "name", "lesson", "step", "check", "status", "code", "observed"),
    *("step_status", "step_points", "step_max_points", "made", "late", "signature", "file"),
)


def render(report: Report, _aim: Aim, /) -> Iterator[str]:
    """See :class:`tutor.report.exports.interface.OfClass`. Who handed nothing in has one row."""
    most = {step.id: step.max_points for lesson in report.course.lessons for step in lesson.steps}
    yield "\ufeff"
    yield from rows([COLUMNS])
    for student in report.students:
        yield from rows(_lines(student, most))


def _lines(student: Student, most: dict[str, int]) -> Iterator[list[Cell]]:
    who: list[Cell] = [student.key, student.id, student.email, student.name]
    hand_in = student.hand_in
    if hand_in is None:
        yield [*who, *[None] * (len(COLUMNS) - len(who))]
        return
    late = None if hand_in.late is None else str(hand_in.late).lower()
    about: list[Cell] = [hand_in.made, late, hand_in.signature.state, hand_in.source.name]
    for step in hand_in.steps:
        lesson = step.id.partition("/")[0]
        points: list[Cell] = [step.status, step.points, most.get(step.id)]
        for check in step.checks:
            verdict: list[Cell] = [check.id, check.status, check.code, check.observed]
            yield [*who, lesson, step.id, *verdict, *points, *about]
