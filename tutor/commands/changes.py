"""What of the course is new or changed since its student was here, from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Literal

from tutor import __version__
from tutor.course.records import Course, Step
from tutor.grading.verdict import Grade
from tutor.journal.events import course_event
from tutor.journal.journal import Journal
from tutor.journal.line import Event
from tutor.text import Text, text

Change = Literal["new", "changed"]

#: More names than this are a list, and there is a command for that.
_MOST_NAMES = 8


def since_last_run(journal: Journal, course: Course) -> dict[str, Change]:
    """The steps that are others than when the course was met last, whether or not they were checked.

    :raises JournalError: when the journal cannot be read.
    """
    if _is_that_of_the_last_run(journal, course, __version__):
        return {}
    met = next(journal.courses(course.id), None)
    return {} if met is None else dict(_compared(course.steps, met))


def since_checked(journal: Journal, course: Course) -> dict[str, Change]:
    """The steps that are others than when each was checked last, or than at first for one that never was.

    A step stays new or changed until it has been checked. Of runs that noted no digests nothing is
    claimed.

    :raises JournalError: when the journal cannot be read.
    """
    met = list(journal.courses(course.id))
    if not met:
        return {}
    checked, all_runs = _checked(journal, course)
    # Where older runs are not looked at, one of them may have checked a step that seems never to have been.
    first = met[-1] if all_runs else met[0]
    # What has nothing to be checked is met by every run.
    read = {step.id: met[0][step.id] for step in course.steps if not step.check_ids and step.id in met[0]}
    return dict(_compared(course.steps, {**first, **read, **checked}))


def _checked(journal: Journal, course: Course) -> tuple[dict[str, str], bool]:
    """The digest of each step at its last check, and whether all runs that could tell were looked at."""
    from tutor.commands.history import RUNS  # not asked by a check

    wanted = {step.id for step in course.steps if step.check_ids}
    checked: dict[str, str] = {}
    count = 0
    for count, run in enumerate(islice(journal.checks(course.id), RUNS), 1):  # noqa: B007 - the number of them
        for step_id, digest in _digests(run.data):
            checked.setdefault(step_id, digest)
        if wanted <= checked.keys():
            break
    return checked, count < RUNS


def course_met(journal: Journal, grade: Grade) -> Iterator[Event]:
    """The event that this is the course now; none where the latest one says so already."""
    if _is_that_of_the_last_run(journal, grade.course, grade.tool_version):
        return
    event = course_event(grade)
    if next(journal.courses(grade.course.id), None) != event[1]["steps"]:
        yield event


def _is_that_of_the_last_run(journal: Journal, course: Course, tool: str) -> bool:
    """Whether the course is as the last run of this tool met it, which has noted it then.

    The last run is near the journal's end, and what it noted may be anywhere: a journal grows.
    """
    last = journal.last_check(course.id)
    return last is not None and {key: last.data.get(key) for key in ("course", "tool")} == {
        "course": course.identity,
        "tool": tool,
    }


def told(changes: Mapping[str, Change]) -> Iterator[Text]:
    """One sentence about the new ones, and one about the changed ones."""
    new = [step for step, change in changes.items() if change == "new"]
    changed = [step for step, change in changes.items() if change == "changed"]
    if new:
        yield text("New since your last check: {steps}", steps=_named(new))
    if changed:
        yield text("Changed since your last check: {steps}", steps=_named(changed))


def _named(steps: list[str]) -> Text | str:
    shown = ", ".join(steps[:_MOST_NAMES])
    if len(steps) <= _MOST_NAMES:
        return shown
    return text("{steps} and {count} more (`tutor list`)", steps=shown, count=len(steps) - _MOST_NAMES)


def _compared(steps: Iterable[Step], digests: Mapping[str, str]) -> Iterator[tuple[str, Change]]:
    """Each step that differs from the digest it had; without one it is new."""
    for step in steps:
        if step.id not in digests:
            yield step.id, "new"
        elif digests[step.id] != step.digest:
            yield step.id, "changed"


def _digests(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The steps of a run, each with its digest, which lines of older versions lack.

    The journal is the student's own file: whatever has another shape is passed over.
    """
    steps = data.get("steps")
    for step in steps if isinstance(steps, list) else []:
        step_id, digest = (step.get("id"), step.get("digest")) if isinstance(step, dict) else (None, None)
        if isinstance(step_id, str) and isinstance(digest, str):
            yield step_id, digest
