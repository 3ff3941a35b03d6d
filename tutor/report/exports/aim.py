"""What every export is made with: for whom, and which points may be handed on."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.dataclass import dataclass
from tutor.report.hand_in import HandIn
from tutor.report.records import Report
from tutor.text import Text, Translate, text


@dataclass(frozen=True, slots=True)
class Aim:
    """What an export is made for. ``assignment`` is the column's name at the learning platform."""

    translate: Translate
    assignment: str


def named(students: list[str]) -> str:
    """Students, in one line."""
    most = 12
    return ", ".join(students[:most]) + (f", ... ({len(students)})" if len(students) > most else "")


def without_grade(report: Report) -> Iterator[Text]:
    """Those whose points a person has to decide on: their cell is empty, and no zero."""
    undecided = [one.key for one in report.students if one.hand_in and one.hand_in.undecided]
    if undecided:
        yield text("no points yet, for you to decide: {students}", students=named(undecided))


def total(hand_in: HandIn | None) -> int | None:
    """The points to hand on: None without a hand-in, and while a step of it is undecided."""
    return None if hand_in is None or hand_in.undecided else hand_in.points
