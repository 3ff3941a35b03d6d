"""Whether a course asks only for checks that there are, with the parameters that they have."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.course.records import CheckSpec, Course
from tutor.errors import CourseError
from tutor.grading.registry import Registry
from tutor.text import Text, text


def must_fit(course: Course, registry: Registry) -> None:
    """Refuse a course that cannot be judged, before anything is looked at.

    :raises CourseError: for the first check spec that does not fit, with its file and line.
    """
    for lesson in course.lessons:
        for step in lesson.steps:
            for spec in step.specs:
                for fault in _faults(spec, registry):
                    place = f"{lesson.file or lesson.id}:{spec.line}"
                    raise CourseError(
                        text("{place}: {fault}", place=place, fault=fault),
                        text("See everything that is wrong with it: tutor author lint DIR"),
                    )


def _faults(spec: CheckSpec, registry: Registry) -> Iterator[Text]:
    check = registry.get(spec.check)
    if check is None:
        yield text("no check is called {check}", check=spec.check)
        return
    required = {name: needed for name, _, needed in check.parameters}
    for name in spec.params:
        if name not in required:
            yield text("{check} has no parameter {name}", check=spec.check, name=name)
    for name, needed in required.items():
        if needed and name not in spec.params:
            yield text("{check} needs the parameter {name}", check=spec.check, name=name)
