"""The instructor's course file: points, weights, the deadline and the numbers of one class.

One small TOML file, which the students are given and the instructor judges with::

    deadline = 2026-12-18T23:59:00+01:00

    [points]
    "networks/port-forward" = 3

    [weights]
    snapshots = 2

    [variables]
    host_port = 2223
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor.course.records import Course, Step, Variable
from tutor.dataclass import dataclass, field, replace
from tutor.errors import UsageError
from tutor.text import Text, text

if TYPE_CHECKING:
    from datetime import datetime

    from tutor.course.toml import Table

LARGEST = 1 << 20
MOST_POINTS = 1000


@dataclass(frozen=True, slots=True)
class CourseConfig:
    """What one class has of its own. ``deadline`` knows its offset.

    ``points`` are by step; ``weights`` by step or lesson: a step's points are multiplied by its own
    weight, or else by that of its lesson. ``variables`` are numbers of the course.
    """

    origin: str
    points: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    variables: Mapping[str, str | int] = field(default_factory=dict)
    deadline: datetime | None = None

    def applied(self, course: Course) -> Course:
        """The course as this class has it."""
        variables = {name: self._variable(variable) for name, variable in course.variables.items()}
        lessons = tuple(
            replace(lesson, steps=tuple(map(self._step, lesson.steps))) for lesson in course.lessons
        )
        return replace(course, variables=variables, lessons=lessons)

    def _variable(self, variable: Variable) -> Variable:
        value = self.variables.get(variable.name)
        return variable if value is None else replace(variable, value=value)

    def _step(self, step: Step) -> Step:
        weight = self.weights.get(step.id, self.weights.get(step.lesson_id, 1))
        points = self.points.get(step.id, step.points) * weight
        return step if points == step.points else replace(step, points=points)


def configured(course: Course, path: str) -> Course:
    """The course as the instructor's file at ``path`` has it; see :func:`read_course_config`."""
    return read_course_config(path, course).applied(course)


def read_course_config(path: str, course: Course) -> CourseConfig:
    """The instructor's file, held to the course.

    :raises UsageError: for the first fault, with the file and the line.
    """
    from tutor.course.findings import Report
    from tutor.course.toml import read_toml

    report = Report(path)
    table = read_toml(_content(path), report)
    config = _config(path, table, course) if table is not None else CourseConfig(path)
    if report.findings:
        first = min(report.findings, key=lambda finding: finding.line)
        where = text("{path}, line {line}: {problem}", path=path, line=first.line, problem=first.what)
        raise UsageError(where, text("{mend}.", mend=first.mend))
    return config


def _config(path: str, table: Table, course: Course) -> CourseConfig:
    steps = {step.id for step in course.steps}
    deadline = _deadline(table)
    config = CourseConfig(
        path,
        _numbers(table.table("points"), steps),
        _numbers(table.table("weights"), steps | {lesson.id for lesson in course.lessons}),
        _variables(table.table("variables"), course),
        deadline,
    )
    table.nothing_more()
    return config


def _deadline(table: Table) -> datetime | None:
    if "deadline" not in table.data:
        return None
    from datetime import datetime  # a millisecond, at each start

    found = table.take("deadline")
    if isinstance(found, datetime) and found.tzinfo is not None:
        return found
    table.report.add(
        table.line_of("deadline"),
        text("deadline is no time with an offset"),
        text("Write it like {example}", example="deadline = 2026-12-18T23:59:00+01:00"),
    )
    return None


def _numbers(table: Table, known: set[str]) -> dict[str, int]:
    from tutor.course.findings import nearest

    found = {}
    for name in table.data:
        if name not in known:
            near = nearest(name, known)
            mend = (
                text("Did you mean {names}", names=", ".join(near))
                if near
                else text("`tutor list` names them")
            )
            table.report.add(table.line_of(name), text("the course has no {name}", name=name), mend)
        number = found[name] = table.whole(name, default=0)
        if number > MOST_POINTS:
            what = text("{name} is above {limit}", name=name, limit=MOST_POINTS)
            table.report.add(table.line_of(name), what, text("Write a smaller number"))
    return found


def _variables(table: Table, course: Course) -> dict[str, str | int]:
    from tutor.course.findings import nearest
    from tutor.course.variables import wanted

    found: dict[str, str | int] = {}
    for name in table.data:
        value, variable = table.take(name), course.variables.get(name)
        line = table.line_of(name)
        numbers = [one.name for one in course.variables.values() if one.owner == "course"]
        if variable is None:
            near = ", ".join(nearest(name, numbers) or numbers)
            what = text("the course has no variable called {name}", name=name)
            table.report.add(line, what, text("Choose one of: {choices}", choices=near))
        elif variable.owner != "course":
            what = text("{name} is a name, which belongs to each student", name=name)
            table.report.add(line, what, text("Choose one of: {choices}", choices=", ".join(numbers)))
        elif (accepted := _accepted(variable, value)) is None:
            what = text("{name} cannot be {value}", name=name, value=str(value))
            table.report.add(line, what, text("Give {wanted}", wanted=wanted(variable.type)))
        else:
            found[name] = accepted
    return found


def _accepted(variable: Variable, value: object) -> str | int | None:
    from tutor.course.variables import valid

    plain = isinstance(value, (str, int)) and not isinstance(value, bool)
    return valid(variable.type, value) if plain else None  # type: ignore[arg-type]


def _content(path: str) -> str:
    tip = _TIP
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO must not hang us
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageError(text("{path}: not a regular file", path=path), tip)
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(text("{path} cannot be read: {error}", path=path, error=why), tip) from None
    if len(content) > LARGEST:
        raise UsageError(text("{path}: too large for a course file", path=path), tip)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = text("This is not UTF-8 text.")
        raise UsageError(
            text("{path}, line {line}: {problem}", path=path, line=line, problem=problem), tip
        ) from None


_TIP: Text = text(
    "Ask your instructor for the file. Without it: {command}", command="tutor config --unset course-config"
)
