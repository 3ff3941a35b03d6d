"""Which of the course's variables a student's configuration may set."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.course.records import Course, Variable
from tutor.errors import UsageError
from tutor.text import Text, text


def of_the_student(course: Course, configured: Mapping[str, str]) -> dict[str, str]:
    """Those of the configured values that belong to this course.

    The configuration is one for all courses: what another course calls by that name is left alone.

    :raises UsageError: for a number of the course; ``tutor config`` refuses it, so it was written by hand.
    """
    known = {name: value for name, value in configured.items() if name in course.variables}
    for name in known:
        if belongs_to_course(course.variables[name]):
            tip = text("Take it away: {command}", command=f"tutor config --unset {name}")
            raise UsageError(text("the configuration: {what}", what=not_yours(name)), tip)
    return known


def belongs_to_course(variable: Variable) -> bool:
    """Whether it is one of the numbers that the whole class has in common."""
    return variable.owner == "course"


def not_yours(name: str) -> Text:
    """Why a student cannot set it."""
    return text("{name} is the course's, and the same for everybody", name=name)
