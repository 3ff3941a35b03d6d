"""The golden exports: ``python -m tests.report.golden`` writes them anew; then read the diff.

Their fields and traps are those of the importers' own sources, which the exports' modules name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.golden import write
from tests.report.small import report
from tutor.report.exports.aim import Aim
from tutor.report.exports.interface import OF_ONE, of_class, of_one
from tutor.report.exports.names import ExportName

FOLDER = Path(__file__).parent / "golden"
CASES: Mapping[str, ExportName] = {
    "checks.csv": ExportName.CSV,
    "checks.jsonl": ExportName.JSONL,
    "class.json": ExportName.JSON,
    "class.junit.xml": ExportName.JUNIT,
    "canvas.csv": ExportName.CANVAS,
    "moodle.csv": ExportName.MOODLE,
    "b2.gradescope.json": ExportName.GRADESCOPE,
    "b2.check50.json": ExportName.CHECK50,
    "b2.github-classroom.txt": ExportName.GITHUB_CLASSROOM,
}
#: The student of the exports that are about one: who has something undecided.
WHO = "b2"


def made(name: str) -> str:
    """What the file of that name should hold."""
    form, class_, aim = CASES[name], report(), Aim(str, "Lab 1 (1234)")
    if form not in OF_ONE:
        return "".join(of_class(form)(class_, aim))
    student = next(one for one in class_.students if one.key == WHO)
    assert student.hand_in is not None
    return of_one(form)(class_, student, student.hand_in, aim)


if __name__ == "__main__":
    write(FOLDER, CASES, made)
