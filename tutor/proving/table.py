"""What the machines saw, as one row for each check: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tutor.course.records import QUIZ, Course, Step
from tutor.course.states import LessonStates
from tutor.dataclass import dataclass
from tutor.proving.records import Fault, Replay, StateResult, Verdicts
from tutor.proving.twice import differences
from tutor.text import Text, text

#: Seen to be so, seen not to be so, or not looked at.
Cell = bool | None


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many."""

    right: int = 0
    all: int = 0

    @property
    def whole(self) -> bool:
        """Whether none is missing."""
        return self.right == self.all


@dataclass(frozen=True, slots=True)
class Row:
    """A check, and what was seen of it.

    :ivar refused: of the wrong states that name it, those that it told by the right code; ``mended`` of those
        with a printed fix, those after which it passed; ``routes`` of the other right states, those it took.
    :ivar cleaned: whether it fails again after ``tutor cleanup``; ``kept`` where it need not.
    :ivar no_run: why no command can turn it, where that is so: then it is not proven, and no fault either.
    :ivar differs: when the second run saw something else, and what.
    """

    check: str
    before: Cell = None
    after: Cell = None
    end: Cell = None
    refused: Count = Count()
    mended: Count = Count()
    routes: Count = Count()
    alone: Cell = None
    twice: Cell = None
    cleaned: Cell = None
    kept: bool = False
    no_run: str = ""
    differs: tuple[Text, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing that was looked at speaks against it."""
        moments = () if self.no_run else (self.before, self.after, self.end, self.alone)
        cells = (*moments, self.twice, self.cleaned)
        return False not in cells and self.refused.whole and self.mended.whole and self.routes.whole


@dataclass(frozen=True, slots=True)
class Table:
    """All rows in the order of the course, and everything that is not as it should be."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]

    @property
    def green(self) -> bool:
        """Whether the course does what it says, as far as it was looked at."""
        return not self.faults and all(row.holds for row in self.rows)


def table(
    course: Course,
    states: Mapping[str, LessonStates],
    replays: Sequence[Replay],
    chosen: Sequence[Step],
    *,
    alone: bool = False,
) -> Table:
    """The rows of the chosen steps' checks.

    :param alone: whether each lesson began on a machine that has nothing of the course.
    """
    made = _Made(states, replays, alone=alone)
    ids = {step.id for step in chosen}
    rows = [made.row(step, check) for step in course.steps if step.id in ids for check in step.check_ids]
    seen = tuple(fault for replay in replays for fault in _of_replay(replay))
    faults = (*seen, *(fault for row in rows for fault in _of_row(row)))
    return Table(tuple(rows), faults)


class _Made:
    """The replays, asked for one check at a time."""

    def __init__(self, states: Mapping[str, LessonStates], replays: Sequence[Replay], *, alone: bool) -> None:
        self._states = states
        self._alone = alone
        self._in_order = [one for one in replays if one.lesson is None]
        self._by_lesson: dict[str, list[Replay]] = {}
        for one in replays:
            if one.lesson is not None:
                self._by_lesson.setdefault(one.lesson, []).append(one)

    def row(self, step: Step, check: str) -> Row:
        """What was seen of the check."""
        mine = self._by_lesson.get(step.lesson_id, [])
        main = self._in_order or mine
        results = [result for one in mine for result in one.states if result.step == step.id]
        of_lesson = self._states.get(step.lesson_id, LessonStates(step.lesson_id))
        name = check.rpartition("/")[2]
        kept = name == QUIZ or name in of_lesson.around(step.id).kept
        no_run = of_lesson.no_run(check)
        differs = differences([*self._in_order, *mine], step.id, check)
        return Row(
            check,
            _cell([one.before for one in main], check, refuses=True),
            _cell([one.after for one in main], check),
            _cell([one.end for one in self._in_order], check),
            _count(result.checks[check] for result in _wrong(results) if check in result.checks),
            _count(result.mended[check] for result in results if check in result.mended),
            _count(result.checks.get(check, False) for result in results if result.right),
            _cell([one.after for one in mine], check) if self._alone else None,
            None if differs is None else not differs,
            None if kept else _cell([one.cleaned for one in self._in_order], check, refuses=True),
            kept=kept,
            no_run=no_run.reason if no_run else "",
            differs=differs or (),
        )


def _cell(moments: Sequence[Verdicts], check: str, *, refuses: bool = False) -> Cell:
    """Whether the check passed (or refused) each time; None where it was not judged or does not apply.

    Where it should refuse, what could not be looked at is no verdict yet: a machine may lack the program.
    """
    silent = ("skip", "unknown") if refuses else ("skip",)
    seen = [one[check] for one in moments if check in one and one[check].status not in silent]
    return all(one.refuses if refuses else one.passes for one in seen) if seen else None


def _count(values: Iterator[bool]) -> Count:
    found = list(values)
    return Count(sum(found), len(found))


def _wrong(results: Sequence[StateResult]) -> Iterator[StateResult]:
    return (result for result in results if not result.right)


def _of_replay(replay: Replay) -> Iterator[Fault]:
    yield from replay.faults
    for result in replay.states:
        yield from result.faults


def _of_row(row: Row) -> Iterator[Fault]:
    """What speaks against the check where no state does."""
    cells: list[tuple[Cell, Text]] = [
        *((False, text("a second run saw something else: {what}", what=one)) for one in row.differs),
        (row.cleaned, text("it does not fail again after `tutor cleanup`")),
    ]
    if not row.no_run:
        cells += [
            (row.before, text("it does not fail before the step is done")),
            (row.after, text("it does not pass after the step's commands")),
            (row.end, text("it does not pass any more at the end of the course")),
            (row.alone, text("it does not pass after the lesson's commands, taken alone")),
        ]
    for cell, what in cells:
        if cell is False:
            yield Fault(row.check.rpartition("/")[0], row.check, what)
