"""What an author sees of a step behind what its student sees: answers, checks with their codes, states."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.authoring.codes import Code
from tutor.course.records import CheckSpec, Step
from tutor.course.states import State
from tutor.course.variables import Values
from tutor.dataclass import dataclass
from tutor.output.checks import write_codes
from tutor.output.page import Page
from tutor.output.questions import Reply, write_reply
from tutor.output.style import Style
from tutor.text import Text, Translate, text

_NAMES = {"sv": text("Swedish"), "en": text("English")}


@dataclass(frozen=True, slots=True)
class Judged:
    """A check of the step, what it expects, and the codes that it can answer with."""

    spec: CheckSpec
    sentence: Text
    codes: tuple[Code, ...] | None


def render_language(written: str, asked: str, translate: Translate, style: Style) -> str:
    """Which language follows, and whether the course is written in it.

    :param written: the course's, which is another than ``asked`` where it is not translated.
    """
    page = Page(translate, style)
    page.heading(page.say(text("The student's view: {language}", language=_NAMES.get(asked, Text(asked)))))
    if written != asked:
        page.line(page.say(text("The course is not translated: its own language shows.")), role="doubt")
    page.gap()
    return page.document()


def render_behind(
    step: Step,
    judged: Sequence[Judged],
    states: Sequence[State],
    *,
    values: Values,
    translate: Translate,
    style: Style,
) -> str:
    """The right answers, what each check can say, and the states that are written beside the lesson."""
    page = Page(translate, style)
    page.heading(page.say(text("For the author alone")))
    if step.quiz:
        page.line(page.say(text("The answers, and what is said to each option:")))
        for number, question in enumerate(step.quiz, 1):
            right = tuple(option for option in question.options if option.right)
            write_reply(page, Reply(number, question, right, True, question.options), values)
    for one in judged:
        page.gap()
        page.field(Text(one.spec.id), one.spec.check, role="command")
        page.line(page.say(one.sentence), level=1)
        write_codes(page, one.codes, level=1)
    _write_states(page, states)
    return page.document()


def _write_states(page: Page, states: Sequence[State]) -> None:
    page.gap()
    if not states:
        page.line(page.say(text("No wrong states are written for this step.")), role="quiet")
        return
    page.line(page.say(text("States that `tutor author prove` makes:")))
    for state in states:
        codes = ", ".join(f"{check}: {code}" for check, code in state.codes.items())
        page.line(f"{state.name} ({codes or page.say(text('right'))})", level=1)
