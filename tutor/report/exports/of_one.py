"""What the exports of one student have in common: a step with its points, as an autograder's test."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.dataclass import dataclass
from tutor.report.exports.aim import Aim
from tutor.report.hand_in import Check, HandIn, Step
from tutor.report.records import Report, StepInfo
from tutor.text import Text, text

_QUIET = ("pass", "skip")


@dataclass(frozen=True, slots=True)
class Test:
    """A step that counts. ``points`` is None where a person has to decide."""

    number: str
    info: StepInfo
    step: Step
    points: int | None
    output: str


def tests(report: Report, hand_in: HandIn, aim: Aim) -> Iterator[Test]:
    """The steps that are worth points, in the order of the course."""
    steps = {step.id: step for step in hand_in.steps}
    for chapter, lesson in enumerate(report.course.lessons, 1):
        for number, info in enumerate(lesson.steps, 1):
            step = steps.get(info.id)
            if step is not None and not info.optional:
                yield Test(f"{chapter}.{number}", info, step, step.points, _output(step, aim))


def not_measured(hand_in: HandIn, aim: Aim) -> str:
    """That there is something for a person to decide; empty where there is not."""
    if not hand_in.undecided:
        return ""
    told: Text = text("Not measured, for a person to decide: {steps}.", steps=", ".join(hand_in.undecided))
    return told.render(aim.translate)


def _output(step: Step, aim: Aim) -> str:
    lines = [line for check in step.checks if check.status not in _QUIET for line in _told(check, aim)]
    if step.points is None:
        lines.insert(0, text("not measured, for a person to decide").render(aim.translate))
    return "\n".join(lines)


def _told(check: Check, aim: Aim) -> Iterator[str]:
    yield f"{check.id}: {check.code or check.status}"
    if check.status == "fail" and check.expected:
        yield "  " + text("expected: {what}", what=check.expected).render(aim.translate)
    if check.observed:
        yield "  " + text("observed: {what}", what=check.observed).render(aim.translate)
