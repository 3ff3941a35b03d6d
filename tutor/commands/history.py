"""How each step stood when it was last checked as a whole, from the journal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from tutor.course.records import Course
from tutor.dataclass import dataclass
from tutor.grading.verdict import Status
from tutor.journal.journal import Journal

#: Further back than this nobody remembers either, and a long journal must not make a list slow.
RUNS = 100
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00"


@dataclass(frozen=True, slots=True)
class Stand:
    """A step's status, and when that was; ``time`` is ISO 8601 in UTC."""

    status: Status
    time: str


def last_certain(journal: Journal, course: Course) -> dict[str, Status]:
    """By step, the last status that was certain: a look that saw nothing changes nothing.

    :raises JournalError: when the journal cannot be read.
    """
    stands = last_stands(journal, course, besides=Status.UNKNOWN)
    return {step: stand.status for step, stand in stands.items()}


def last_stands(journal: Journal, course: Course, *, besides: Status | None = None) -> dict[str, Stand]:
    """By step. What was never checked, or only in part, is not there: nothing is claimed of it.

    :param besides: a status that is passed over.
    :raises JournalError: when the journal cannot be read.
    """
    wanted = {step.id: set(step.check_ids) for step in course.steps if step.check_ids}
    found: dict[str, Stand] = {}
    for run in islice(journal.checks(course.id), RUNS):
        for step_id, status in _whole_steps(run.data, wanted):
            if status is not besides and re.fullmatch(_TIME, run.time):
                found.setdefault(step_id, Stand(status, run.time))
        if len(found) == len(wanted):
            break
    return found


def _whole_steps(data: Mapping[str, Any], wanted: Mapping[str, set[str]]) -> Iterator[tuple[str, Status]]:
    """The steps of a run of which it has all checks that the course has now.

    The journal is the student's own file: whatever has another shape is passed over.
    """
    steps = data.get("steps")
    for step in steps if isinstance(steps, list) else []:
        try:
            step_id, status = step["id"], Status(step["status"])
            whole = {check["id"] for check in step["checks"]} == wanted.get(step_id)
        except (TypeError, KeyError, ValueError):
            continue
        if whole:
            yield step_id, status
