"""A step of a lesson as a student reads it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.course.fill import fill
from tutor.course.records import Block, Lesson, Step
from tutor.course.variables import Values
from tutor.output.page import Page
from tutor.output.prose import prose_lines
from tutor.output.questions import write_questions
from tutor.output.style import Style
from tutor.output.verbatim import command_lines, file_lines, verbatim_lines
from tutor.text import Text, Translate, text


def render_lesson_step(
    lesson: Lesson,
    step: Step,
    translate: Translate,
    style: Style,
    *,
    checked: Sequence[Text],
    values: Values,
    guided: bool = False,
) -> str:
    """Prose, commands and files, what is checked, the questions, and how to go on.

    :param lesson: the step's lesson; its introduction is shown with its first step.
    :param checked: the sentences of the step's checks.
    :param guided: a dialogue follows, which asks the questions and offers the ways on.
    """
    page = Page(translate, style)
    page.line(lesson.title, role="quiet")
    page.heading(f"{step.id}  {step.title}")
    if step.optional:
        page.gap()
        page.line(page.say(text("This step is optional.")), role="quiet")
    if lesson.intro and step is lesson.steps[0]:
        page.gap()
        page.verbatim(prose_lines(lesson.intro, values, style))
    for block in step.blocks:
        page.gap()
        _write_block(page, block, values)
    _write_checked(page, checked)
    if not guided:
        if step.quiz:
            write_questions(page, step, values)
        _write_way_on(page, step)
    return page.document()


def _write_block(page: Page, block: Block, values: Values) -> None:
    filled = fill(block, values)
    if block.kind == "prose":
        # Not the filled text: a value must not be read as Markdown.
        page.verbatim(prose_lines(block.text, values, page.style))
    elif block.kind == "example":
        page.verbatim(verbatim_lines(filled.text, page.style, page.style.width))
    elif block.kind == "file":
        page.line(page.say(text("Save this as `{path}`:", path=filled.detail)), role="quiet")
        page.verbatim(file_lines(filled.text, page.style))
    else:
        page.line(page.say(_invitation(filled)), role="quiet")
        page.verbatim(command_lines(filled.text, page.style))


def _invitation(block: Block) -> Text:
    if block.kind == "no-run":
        return text("Run this where it fits ({reason}):", reason=block.detail)
    return text("Run this:")


def _write_checked(page: Page, checked: Sequence[Text]) -> None:
    if checked:
        page.heading(page.say(text("What is checked")))
    for sentence in checked:
        page.line("- " + page.say(sentence))
    page.gap()


def _write_way_on(page: Page, step: Step) -> None:
    page.gap()
    page.line(page.say(text("Is it right?")))
    page.commands([f"tutor check {step.id}"], level=1)
    if step.hints:
        page.line(page.say(text("Stuck?")))
        page.commands([f"tutor hint {step.id}"], level=1)
