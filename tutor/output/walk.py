"""What the guided walk tells beside the lessons: a look at a step, what turned red, where it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.course.records import Course, Step
from tutor.course.variables import Values
from tutor.grading.outcome import DONE, max_points, step_points
from tutor.grading.verdict import Status, StepResult, Verdict
from tutor.guide.turned import Turned, first_failure
from tutor.output.details import (
    BLOCKED_BY,
    EXPECTED,
    NOTE,
    OBSERVED,
    REASON,
    STATUS_WORDS,
    check_name,
    details,
)
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.prose import prose_lines
from tutor.text import text

#: What a look tells of a check: what is so. Why, and what to do about it, is told to who asks for it.
_SEEN = (BLOCKED_BY, EXPECTED, OBSERVED, REASON, NOTE)


def write_look(page: Page, result: StepResult) -> None:
    """Each check with its verdict, and what was seen where it did not pass."""
    page.gap()
    names = [check_name(result, verdict) for verdict in result.verdicts]
    words = max(len(page.say(word)) for word in STATUS_WORDS.values())
    width = page.label_width(names, beside=words + 2)
    for name, verdict in zip(names, result.verdicts, strict=True):
        if page.style.plain:
            status = STATUS_WORDS[verdict.status]
            page.line(page.say(text("Check {name}: {status}", name=name, status=status)))
        else:
            page.row(name, marked(page, verdict.status), ROLES[verdict.status], width=width, indent=0)
        page.details([one for one in details(verdict, page.translate) if one.label in _SEEN], level=1)
    page.gap()


def write_turned(page: Page, turned: Turned) -> None:
    """What was passing and is not any more; nothing where there is none."""
    page.gap()
    for result in turned.failed:
        seen = _seen(page, first_failure(result))
        page.line(
            page.say(text("{step} was passing; now: {seen}", step=result.step.id, seen=seen)), role="bad"
        )
    if turned.waiting:
        steps = ", ".join(result.step.id for result in turned.waiting)
        sentence = text("Was passing, and now waits for something that fails: {steps}", steps=steps)
        page.line(page.say(sentence), role="wait")
    page.gap()


def write_hints(page: Page, step: Step, numbers: Sequence[int], values: Values) -> None:
    """The course's hints with these numbers, from 1."""
    for number in numbers:
        page.gap()
        page.verbatim(prose_lines(step.hints[number - 1], values, page.style))


def write_sum(page: Page, course: Course, statuses: Mapping[str, Status]) -> None:
    """Steps and points, with what there is to get."""
    steps = [step for step in course.steps if step.check_ids and not step.optional]
    done = sum(statuses.get(step.id) in DONE for step in steps)
    points = sum(step_points(step, statuses[step.id]) or 0 for step in steps if step.id in statuses)
    page.line(page.say(text("Steps done: {done} of {steps}", done=done, steps=len(steps))))
    page.line(page.say(text("Points: {points} of {most}", points=points, most=sum(map(max_points, steps)))))


def write_left(page: Page, step: Step, status: Status | None, reason: str | None) -> None:
    """A step that is not done, and why it was passed by."""
    if reason:
        sentence = text("{step}, skipped by you: {reason}", step=step.id, reason=reason)
    elif status is Status.UNKNOWN:
        sentence = text("{step}, which could not be looked at", step=step.id)
    else:
        sentence = text("{step}, not done yet", step=step.id)
    page.line("- " + page.say(sentence))


def _seen(page: Page, verdict: Verdict | None) -> str:
    """The check and the first line of what it saw."""
    if verdict is None or verdict.finding.observed is None:
        return page.say(STATUS_WORDS[Status.FAIL])
    seen = verdict.finding.observed.render(page.translate).split("\n")[0]
    return f"{verdict.spec.id.rpartition('/')[2]}: {seen}"
