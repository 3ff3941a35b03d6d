"""Where a student is in the course, on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tutor.course.records import Course, Lesson, Step
from tutor.dataclass import dataclass
from tutor.grading.outcome import DONE, max_points, step_points
from tutor.grading.verdict import Status
from tutor.guide.turned import NOTHING_TURNED, Turned
from tutor.output.details import NOTE
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.output.walk import write_turned
from tutor.text import Text, Translate, text


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some steps are done, and how many could not be looked at."""

    done: int
    unknown: int
    steps: int


def render_overview(
    course: Course,
    statuses: Mapping[str, Status],
    notices: Iterable[Text],
    translate: Translate,
    style: Style,
    *,
    turned: Turned = NOTHING_TURNED,
) -> str:
    """A line per lesson, the points, and the next step with the commands to go on.

    :param statuses: by step; a step that is not there is not done.
    :param notices: sentences about the run itself.
    :param turned: what was done at the last check, and is not any more.
    """
    page = Page(translate, style)
    for notice in notices:
        page.field(NOTE, page.say(notice))
    write_turned(page, turned)
    page.heading(course.title)
    _write_lessons(page, course.lessons, statuses)
    page.gap()
    _write_sum(page, _required(course.steps), statuses)
    page.gap()
    _write_next(page, course, statuses)
    return page.document()


def next_step(course: Course, statuses: Mapping[str, Status]) -> Step | None:
    """The first step that is not done, optional ones apart."""
    return next((step for step in _required(course.steps) if statuses.get(step.id) not in DONE), None)


def _required(steps: Iterable[Step]) -> list[Step]:
    """The steps that count: not optional, and with something to be checked."""
    return [step for step in steps if step.check_ids and not step.optional]


def _count(steps: Sequence[Step], statuses: Mapping[str, Status]) -> Count:
    found = [statuses.get(step.id) for step in steps]
    return Count(sum(status in DONE for status in found), found.count(Status.UNKNOWN), len(steps))


def _write_lessons(page: Page, lessons: Sequence[Lesson], statuses: Mapping[str, Status]) -> None:
    rows = [(lesson, _count(_required(lesson.steps), statuses)) for lesson in lessons]
    labels = [f"{lesson.id}  {lesson.title}" for lesson in lessons]
    told = [page.say(_told(count)) for _, count in rows]
    width = page.label_width(labels, beside=max(map(len, told), default=0))
    for (lesson, count), label, amount in zip(rows, labels, told, strict=True):
        if page.style.plain:
            sentence = text("Lesson {id}: {amount}. {title}", id=lesson.id, amount=amount, title=lesson.title)
            page.line(page.say(sentence))
        else:
            page.row(label, amount, "good" if count.done == count.steps else "quiet", width=width, indent=0)


def _told(count: Count) -> Text:
    if not count.steps:
        return text("optional")
    return text("{done} of {steps}", done=count.done, steps=count.steps)


def _write_sum(page: Page, steps: Sequence[Step], statuses: Mapping[str, Status]) -> None:
    count = _count(steps, statuses)
    points = sum(step_points(step, statuses[step.id]) or 0 for step in steps if step.id in statuses)
    whole = sum(map(max_points, steps))
    page.line(page.say(text("Steps done: {done} of {steps}", done=count.done, steps=count.steps)))
    page.line(page.say(text("Points: {points} of {most}", points=points, most=whole)))
    if count.unknown:
        page.line(page.say(text("Could not be looked at: {count}", count=count.unknown)), role="doubt")


def _write_next(page: Page, course: Course, statuses: Mapping[str, Status]) -> None:
    step = next_step(course, statuses)
    if step is None:
        page.line(page.say(text("Everything that was asked for is in place.")), role="good")
        return
    page.line(page.say(text("Next: {id}, {title}", id=step.id, title=step.title)))
    page.commands([f"tutor show {step.id}", f"tutor check {step.id}"], level=1)
