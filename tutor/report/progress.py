"""The journal that goes along, read as a history: what changed when, what was tried and how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from tutor.course.records import Course
from tutor.dataclass import dataclass, field
from tutor.report.hand_in import Attempt, Moment

#: Moments that a page can show; of more, the latest.
MOST_MOMENTS = 300

_DONE = ("pass", "skip")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00", re.ASCII)


class Line(Struct, gc=False):
    """A line of the journal, as far as it is needed here."""

    kind: str
    time: str
    data: Raw


class _Check(Struct, gc=False):
    id: str
    status: str


class _Step(Struct, gc=False):
    id: str
    status: str
    checks: list[_Check]


class _CourseId(Struct, gc=False):
    id: str


class _Run(Struct, gc=False):
    course: _CourseId
    steps: list[_Step]


class _Answer(Struct, gc=False):
    step: str
    question: str
    options: list[str]


_LINE = msgspec.json.Decoder(Line)
_RUN = msgspec.json.Decoder(_Run)
_ANSWER = msgspec.json.Decoder(_Answer)


@dataclass(slots=True)
class History:
    """What the journal tells.

    ``times`` are those of all lines with a sound one, in their order, with the line's number (from 1);
    ``answers`` the options chosen last, by step and question; ``left_out`` lines were not among them.
    """

    timeline: list[Moment] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    answers: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    times: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Tried:
    """A step since it was last done."""

    attempts: int = 0
    first: str = ""
    latest: str = ""
    progress: str | None = None
    passed: frozenset[str] = frozenset()


def history(lines: Sequence[bytes], course: Course) -> History:
    """Read the lines. The journal is the student's own: whatever has another shape is passed over."""
    found, tried, done = History(), dict[str, _Tried](), set[str]()
    known = {step.id: i for i, step in enumerate(course.steps)}
    runs = answered = 0
    for number, line in enumerate(_decoded(lines), 1):
        if line is None:
            continue
        found.times.append((number, line.time))
        if line.kind == "answer":
            answered += _answered(found, line)
        elif line.kind == "check" and (steps := _run(line, course, known)) is not None:
            gained, lost = _applied(steps, line.time, tried, done)
            runs += 1
            if gained or lost:
                found.timeline.append(
                    Moment(line.time, runs - 1, answered, tuple(gained), tuple(lost), len(done))
                )
                runs = answered = 0
    del found.timeline[:-MOST_MOMENTS]
    found.attempts = [
        Attempt(step, one.attempts, one.first, one.latest, one.progress)
        for step, one in sorted(tried.items(), key=lambda item: known[item[0]])
        if one.attempts
    ]
    return found


def _decoded(lines: Iterable[bytes]) -> Iterator[Line | None]:
    for content in lines:
        try:
            line = _LINE.decode(content)
        except (ValueError, RecursionError):  # msgspec's own are ValueErrors
            yield None
        else:
            yield line if _is_time(line.time) else None


def _is_time(written: str) -> bool:
    """Whether it is spelt as the journal spells times, and there is such a time."""
    try:
        return _TIME.fullmatch(written) is not None and bool(datetime.fromisoformat(written))
    except ValueError:
        return False


def _run(line: Line, course: Course, known: Mapping[str, int]) -> list[_Step] | None:
    """The steps of a check run of this course that the course has."""
    try:
        run = _RUN.decode(line.data)
    except (ValueError, RecursionError):
        return None
    return [step for step in run.steps if step.id in known] if run.course.id == course.id else None


def _answered(found: History, line: Line) -> int:
    try:
        answer = _ANSWER.decode(line.data)
    except (ValueError, RecursionError):
        return 0
    found.answers.setdefault(answer.step, {})[answer.question] = answer.options
    return 1


def _applied(
    steps: Iterable[_Step], time: str, tried: dict[str, _Tried], done: set[str]
) -> tuple[list[str], list[str]]:
    """Let a run change what was tried and is done; the steps that it found done anew, and no longer done."""
    gained, lost = [], []
    for step in steps:
        one = tried.setdefault(step.id, _Tried())
        passed = frozenset(check.id for check in step.checks if check.status in _DONE)
        if step.status in _DONE:
            if step.id not in done:
                done.add(step.id)
                gained.append(step.id)
            tried[step.id] = _Tried(passed=passed)
            continue
        if step.id in done:
            done.discard(step.id)
            lost.append(step.id)
        one.attempts += 1
        one.first, one.latest = one.first or time, time
        if passed - one.passed and one.attempts > 1:
            one.progress = time
        one.passed = passed
    return gained, lost
