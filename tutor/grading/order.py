"""The order in which checks run: what they need comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from tutor.course.records import CheckSpec
from tutor.errors import CourseError
from tutor.text import text


def with_needs(selected: Iterable[CheckSpec], all_specs: Mapping[str, CheckSpec]) -> list[CheckSpec]:
    """The selected specs and all that they need, needs first, else in the order of the course.

    :raises CourseError: for a need that does not exist, or a cycle, named.
    """
    wanted: dict[str, CheckSpec] = {}
    stack = list(selected)
    while stack:
        spec = stack.pop()
        if spec.id not in wanted:
            wanted[spec.id] = spec
            stack.extend(_need(spec, need, all_specs) for need in spec.needs)
    in_course_order = [spec for spec_id, spec in all_specs.items() if spec_id in wanted]
    try:
        ordered = TopologicalSorter({spec.id: spec.needs for spec in in_course_order}).static_order()
        return [wanted[spec_id] for spec_id in ordered]
    except CycleError as error:
        cycle = " → ".join(error.args[1])
        raise CourseError(text("checks need one another in a circle: {cycle}", cycle=cycle)) from None


def _need(spec: CheckSpec, need: str, all_specs: Mapping[str, CheckSpec]) -> CheckSpec:
    try:
        return all_specs[need]
    except KeyError:
        raise CourseError(
            text("{check} needs {need}, which does not exist", check=spec.id, need=need)
        ) from None
