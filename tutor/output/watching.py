"""What a watch tells, line by line: nothing that was told is ever changed, so it can be read aloud."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.grading.changes import CheckChange, StepChange
from tutor.grading.outcome import summary
from tutor.grading.verdict import Grade, Status
from tutor.output.details import NOTE, STATUS_WORDS, rendered
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.style import Role, Style
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
    for status, sentence in _news(change, grade):
        mark = "" if style.plain else marked(page, status).partition(" ")[0] + " "
        page.line(f"{clock}  {mark}{page.say(sentence)}", role=_role(status))
    return page.document()


def _news(change: StepChange, grade: Grade) -> Iterator[tuple[Status, Text]]:
    step, status = change.result.step, change.result.status
    if change.is_done_now:
        total = summary(grade)
        yield (
            status,
            text(
                "{id} is done: {title} ({done} of {steps})",
                id=step.id,
                title=step.title,
                done=total.steps_done,
                steps=total.steps,
            ),
        )
        return
    told = [one for one in change.checks if one.verdict.status is not Status.BLOCKED]
    if change.was_done:
        lost = [one for one in told if one.verdict.status not in (Status.PASS, Status.SKIP)]
        for one in lost or change.checks:
            observed = one.verdict.finding.observed or STATUS_WORDS[one.verdict.status]
            yield one.verdict.status, text("{id} was done; now: {observed}", id=step.id, observed=observed)
        return
    # What is blocked waits for what is told beside it, in this step or in another.
    for one in told or change.checks[:1]:
        yield one.verdict.status, _check_news(one)


def _check_news(change: CheckChange) -> Text:
    verdict = change.verdict
    word = STATUS_WORDS[verdict.status]
    observed = verdict.finding.observed
    if verdict.status in (Status.PASS, Status.SKIP) or observed is None:
        return text("{id}: {status}", id=verdict.spec.id, status=word)
    if change.was is Status.PASS:
        return text("{id} was passing; now: {observed}", id=verdict.spec.id, observed=observed)
    return text("{id}: {status}: {observed}", id=verdict.spec.id, status=word, observed=observed)


def _role(status: Status) -> Role:
    return ROLES[status]


def observed_text(change: CheckChange, translate: Translate) -> str | None:
    """What was seen, in the chosen language."""
    return rendered(change.verdict.finding.observed, translate)
