"""The class as a matrix: a row for each student, a column for each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tutor.dataclass import dataclass
from tutor.output.class_table import flags
from tutor.output.html.rendering import file_of
from tutor.report.records import Report, StepInfo, Student
from tutor.text import Text

#: The share of a class that has a step, as one of so many shades.
SHADES = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A step: ``number`` is its place in the course, from 0; ``share`` of those who handed in have it.

    ``opens`` is whether a lesson begins here; ``share`` is of those of whom it could be looked at,
    None where there is nobody.
    """

    number: int
    info: StepInfo
    opens: bool
    share: float | None

    @property
    def shade(self) -> int:
        """From 0, nobody, to :data:`SHADES`, all."""
        return 0 if self.share is None else int(self.share * SHADES)


@dataclass(frozen=True, slots=True)
class Row:
    """A student: a status for each column, None for all where nothing was handed in that counts."""

    student: Student
    file: str
    statuses: tuple[str | None, ...]
    flags: Sequence[Text]
    machine: int | None
    section: str


def columns(report: Report) -> list[Column]:
    """All steps of the course."""
    handed_in = [student.hand_in for student in report.students if student.hand_in is not None]
    passed, known = Counter[str](), Counter[str]()
    for hand_in in handed_in:
        for step in hand_in.steps:
            passed[step.id] += step.status in ("pass", "skip")
            known[step.id] += step.status != "unknown"
    return [
        Column(number, info, opens, passed[info.id] / known[info.id] if known[info.id] else None)
        for number, (info, opens) in enumerate(_steps(report))
    ]


def _steps(report: Report) -> Iterator[tuple[StepInfo, bool]]:
    for lesson in report.course.lessons:
        for place, info in enumerate(lesson.steps):
            yield info, place == 0


def rows(report: Report, kinds: Sequence[object]) -> Iterable[Row]:
    """All students, in the order of the report.

    :param kinds: of machines, as of :func:`tutor.output.html.machines.kind`.
    """
    from tutor.output.html.machines import kind

    ids = [info.id for info, _ in _steps(report)]
    places = {each: place for place, each in enumerate(kinds)}
    for student in report.students:
        hand_in, statuses = student.hand_in, dict[str, str]()
        if hand_in is not None:
            statuses = {step.id: step.status for step in hand_in.steps}
        yield Row(
            student,
            file_of(student.key),
            tuple(statuses.get(id_) for id_ in ids),
            flags(hand_in, keys=report.keys) if hand_in else (),
            places[kind(hand_in.environment)] if hand_in else None,
            student.person.section if student.person else "",
        )
