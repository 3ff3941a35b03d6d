"""Text for people: lessons, steps, checks with their verdicts, and what is next."""

from __future__ import annotations

from itertools import groupby

from tutor.grading.outcome import next_step, summary
from tutor.grading.verdict import Grade, Status, StepResult, Verdict
from tutor.output.details import FIX, NOTE, STATUS_WORDS, Detail, check_name, details
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Text, Translate, text


def render(grade: Grade, translate: Translate, style: Style, /) -> str:
    """The whole run, lesson by lesson, with the summary at the end."""
    page = Page(translate, style)
    for notice in grade.notices:
        page.field(NOTE, page.say(notice))
    page.gap()
    titles = {lesson.id: lesson.title for lesson in grade.course.lessons}
    for lesson, results in groupby(grade.steps, key=lambda result: result.step.lesson_id):
        _write_lesson(page, titles.get(lesson, lesson), list(results))
    _write_summary(page, grade)
    return page.document()


def render_step(result: StepResult, translate: Translate, style: Style) -> str:
    """One step by itself, for the guided walk and for watching."""
    page = Page(translate, style)
    _write_step(page, result, _label_width(page, [result]))
    return page.document()


def _write_lesson(page: Page, title: str, results: list[StepResult]) -> None:
    page.heading(title)
    width = _label_width(page, results)
    for result in results:
        _write_step(page, result, width)
    page.gap()


def _write_step(page: Page, result: StepResult, width: int) -> None:
    page.gap()
    if page.style.plain:
        sentence = text(
            "Step {id}: {status}. {title}",
            id=result.step.id,
            status=_word(result.status),
            title=_title(page, result),
        )
        page.line(page.say(sentence))
    else:
        _write_row(page, _label(page, result), result.status, width, indent=0)
    printed: set[str] = set()
    for verdict in result.verdicts:
        _write_verdict(page, result, verdict, width, printed)
    page.gap()


def _write_verdict(page: Page, result: StepResult, verdict: Verdict, width: int, printed: set[str]) -> None:
    name = check_name(result, verdict)
    if page.style.plain:
        page.line(page.say(text("Check {name}: {status}", name=name, status=_word(verdict.status))), level=1)
    else:
        _write_row(page, name, verdict.status, width, indent=page.indent)
    told = details(verdict, page.translate, everything=page.style.verbose)
    page.details([one for detail in told if (one := _not_yet(detail, result, verdict, printed))], level=2)


def _not_yet(detail: Detail, result: StepResult, verdict: Verdict, printed: set[str]) -> Detail | None:
    """Commands stand once in a step, and not at all where another step comes first."""
    if detail.label is not FIX:
        return detail
    if verdict.blocked_by is not None and not verdict.blocked_by.startswith(f"{result.step.id}/"):
        return None
    new = tuple(command for command in detail.commands if command not in printed)
    printed.update(new)
    return Detail(FIX, commands=new) if new else None


def _write_row(page: Page, label: str, status: Status, width: int, *, indent: int) -> None:
    """Name first, verdict after, the verdicts of a lesson below one another."""
    page.row(label, marked(page, status), ROLES[status], width=width, indent=indent)


def _label_width(page: Page, results: list[StepResult]) -> int:
    labels = [_label(page, result) for result in results]
    names = [
        " " * page.indent + check_name(result, verdict) for result in results for verdict in result.verdicts
    ]
    words = max(len(page.say(word)) for word in STATUS_WORDS.values())
    return page.label_width([*labels, *names], beside=words + 2)


def _label(page: Page, result: StepResult) -> str:
    return f"{result.step.id}  {_title(page, result)}"


def _title(page: Page, result: StepResult) -> str:
    title = result.step.title
    return page.say(text("{title} (optional)", title=title)) if result.step.optional else title


def _word(status: Status) -> Text:
    return STATUS_WORDS[status]


def _write_summary(page: Page, grade: Grade) -> None:
    total = summary(grade)
    counts = ", ".join(
        f"{page.say(_word(status))} {count}" for status, count in total.counts.items() if count
    )
    page.line(page.say(text("Steps done: {done} of {steps}", done=total.steps_done, steps=total.steps)))
    page.line(page.say(text("Points: {points} of {most}", points=total.points, most=total.max_points)))
    page.line(page.say(text("Checks: {counts}", counts=counts or "0")))
    page.gap()
    upcoming = next_step(grade)
    if upcoming is None:
        page.line(page.say(text("Everything that was asked for is in place.")), role="good")
        return
    page.line(page.say(text("Next: {id}, {title}", id=upcoming.step.id, title=_title(page, upcoming))))
    page.commands([_hint_command(upcoming)], level=1)


def _hint_command(result: StepResult) -> str:
    from shlex import quote

    return f"tutor hint {quote(result.step.id)}"
