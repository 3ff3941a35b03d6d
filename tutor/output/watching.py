"""What a watch tells, line by line: nothing that was told is ever changed, so it can be read aloud."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.course.records import Step
from tutor.grading.changes import CheckChange, StepChange
from tutor.grading.outcome import DONE, summary
from tutor.grading.verdict import Grade, Status
from tutor.output.details import NOTE, STATUS_WORDS, rendered
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Text, Translate, text


def render_state(grade: Grade, translate: Translate, style: Style) -> str:
    """Every watched step and how it stands, in a line each."""
    page = Page(translate, style)
    for notice in grade.notices:
        page.field(NOTE, page.say(notice))
    page.gap()
    labels = [f"{result.step.id}  {result.step.title}" for result in grade.steps]
    longest = max(len(page.say(word)) for word in STATUS_WORDS.values())
    width = page.label_width(labels, beside=longest + 2)
    for label, result in zip(labels, grade.steps, strict=True):
        if style.plain:
            word = STATUS_WORDS[result.status]
            page.line(page.say(text("{label}: {status}", label=label, status=word)))
        else:
            page.row(label, marked(page, result.status), ROLES[result.status], width=width, indent=0)
    page.gap()
    page.line(page.say(count(grade)))
    return page.document()


def count(grade: Grade) -> Text:
    """How many steps are done."""
    total = summary(grade)
    return text("Steps done: {done} of {steps}", done=total.steps_done, steps=total.steps)


def render_change(change: StepChange, grade: Grade, clock: str, translate: Translate, style: Style) -> str:
    """What has happened to a step, the news first.

    :param clock: the time of day, as it is to be shown.
    """
    page = Page(translate, style)
    for status, sentence, observed in _news(change, grade):
        mark = "" if style.plain else marked(page, status).partition(" ")[0] + " "
        first, *rest = (rendered(observed, translate) or "").split("\n")
        said = f"{clock} {mark}{page.say(sentence)}"
        # A drawing stands below, as it is; a sentence goes on.
        page.line(f"{said} {first}" if not rest else said, role=ROLES[status])
        for line in [first, *rest] if rest else []:
            page.line(line, level=2, role=ROLES[status])
    return page.document()


def _news(change: StepChange, grade: Grade) -> Iterator[tuple[Status, Text, Text | None]]:
    """Statuses, sentences, and what was seen."""
    step = change.result.step
    if change.is_done_now:
        total = summary(grade)
        yield change.result.status, _done(step, total.steps_done, total.steps), None
        return
    told = [one for one in change.checks if one.verdict.status is not Status.BLOCKED]
    if change.was_done:
        lost = [one for one in told if one.verdict.status not in DONE]
        for one in lost or change.checks:
            observed = one.verdict.finding.observed or STATUS_WORDS[one.verdict.status]
            yield one.verdict.status, text("{id} was done; now:", id=step.id), observed
        return
    # What has become blocked waits for something that is told by itself.
    for one in told:
        yield _check_news(one)


def _done(step: Step, done: int, steps: int) -> Text:
    return text(
        "{id} is done: {title} ({done} of {steps})", id=step.id, title=step.title, done=done, steps=steps
    )


def _check_news(change: CheckChange) -> tuple[Status, Text, Text | None]:
    status, name = change.verdict.status, change.verdict.spec.id
    observed = change.verdict.finding.observed
    if status in DONE or observed is None:
        return status, text("{id}: {status}", id=name, status=STATUS_WORDS[status]), None
    if change.was is Status.PASS:
        return status, text("{id} was passing; now:", id=name), observed
    return status, text("{id}: {status}:", id=name, status=STATUS_WORDS[status]), observed
