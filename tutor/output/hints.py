"""A step's hints, one or several."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.course.records import Step
from tutor.course.variables import Values
from tutor.output.page import Page
from tutor.output.prose import prose_lines
from tutor.output.style import Style
from tutor.text import Translate, text


def render_hints(
    step: Step, numbers: Sequence[int], values: Values, translate: Translate, style: Style
) -> str:
    """The hints with these numbers, from 1, and how to get the next one.

    :param numbers: in their order; none where the step has no hints.
    """
    page = Page(translate, style)
    for number in numbers:
        page.gap()
        title = text("Hint {number} of {count}", number=number, count=len(step.hints))
        page.line(page.say(title), role="heading")
        page.verbatim(prose_lines(step.hints[number - 1], values, style))
    page.gap()
    last = numbers[-1] if numbers else 0
    if not step.hints:
        page.line(page.say(text("This step has no hints. What is wrong, and what to do about it:")))
    elif last < len(step.hints):
        page.line(page.say(text("More help:")))
        page.commands([f"tutor hint {step.id} --level {last + 1}"], level=1)
    else:
        page.line(page.say(text("That was the last hint. Is it right now?")))
    if last == len(step.hints):
        page.commands([f"tutor check {step.id}"], level=1)
    return page.document()
