"""What an export is, and where each is found. All are projections of the same records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from tutor.report.exports.aim import Aim, without_grade
from tutor.report.exports.names import ExportName
from tutor.report.hand_in import HandIn
from tutor.report.records import Report, Student
from tutor.text import Text

#: Those that are about one student, with the suffix of a file of theirs.
OF_ONE = {
    ExportName.GRADESCOPE: ".json",
    ExportName.CHECK50: ".json",
    ExportName.GITHUB_CLASSROOM: ".txt",
}


class OfClass(Protocol):
    """A whole class, piece by piece: it may be large."""

    def __call__(self, report: Report, aim: Aim, /) -> Iterator[str]:
        """The document, with its last newline."""


class OfOne(Protocol):
    """One student's hand-in."""

    def __call__(self, report: Report, student: Student, hand_in: HandIn, aim: Aim, /) -> str:
        """The document, with its last newline."""


def of_class(name: ExportName) -> OfClass:
    """The export of that name, which is about a class. Only that one is imported."""
    if name is ExportName.CSV:
        from tutor.report.exports.csv_checks import render
    elif name is ExportName.JSON:
        from tutor.report.exports.json_document import render
    elif name is ExportName.JSONL:
        from tutor.report.exports.jsonl import render
    elif name is ExportName.JUNIT:
        from tutor.report.exports.junit import render
    elif name is ExportName.CANVAS:
        from tutor.report.exports.canvas import render
    else:
        from tutor.report.exports.moodle import render
    return render


def of_one(name: ExportName) -> OfOne:
    """The export of that name, which is about one student."""
    if name is ExportName.GRADESCOPE:
        from tutor.report.exports.gradescope import render
    elif name is ExportName.CHECK50:
        from tutor.report.exports.check50 import render
    else:
        from tutor.report.exports.github_classroom import render
    return render


def left_out(name: ExportName, report: Report) -> Iterator[Text]:
    """What an export does not have, a sentence each: nobody is to find out later."""
    if name is ExportName.CANVAS:
        from tutor.report.exports.canvas import left_out as of_platform
    elif name is ExportName.MOODLE:
        from tutor.report.exports.moodle import left_out as of_platform
    else:
        of_platform = without_grade
    yield from of_platform(report)
