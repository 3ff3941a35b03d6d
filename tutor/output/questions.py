"""A step's questions for people: numbers, letters, and never which is right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from string import ascii_lowercase

from tutor.course.records import Option, QuizQuestion, Step
from tutor.course.variables import Values
from tutor.dataclass import dataclass
from tutor.grading.verdict import Status
from tutor.output.cells import wrap
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.prose import prose_lines
from tutor.output.style import Role
from tutor.text import Text, text

_MARGIN = "   "


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to one answered question: whether it is right, and the options to explain."""

    number: int
    question: QuizQuestion
    chosen: tuple[Option, ...]
    right: bool
    explained: tuple[Option, ...]


def letter(index: int) -> str:
    """The letter of a question's option, counted from 0."""
    return ascii_lowercase[index]


def write_questions(page: Page, step: Step, values: Values, answered: Collection[str] = ()) -> None:
    """All questions of the step with their options, and how to answer.

    :param answered: ids of questions that an answer is recorded for, right or wrong.
    """
    page.heading(page.say(text("Questions")))
    for number, question in enumerate(step.quiz, 1):
        write_question(page, number, question, values)
        if question.id in answered:
            _note(page, page.say(text("(answered)")), "quiet")
        for index, option in enumerate(question.options):
            write_option(page, index, option, values)
    page.gap()
    page.line(page.say(_how_to_answer(step)))
    page.commands([f"tutor answer {step.id} {_example(step)}"], level=1)


def write_question(page: Page, number: int, question: QuizQuestion, values: Values) -> None:
    """One question, without its options."""
    page.gap()
    page.verbatim(_lines(page, question.text, values, f"{number}. "))
    if question.kind == "multiple":
        _note(page, page.say(text("(several may be right)")), "quiet")


def write_option(page: Page, index: int, option: Option, values: Values) -> None:
    """One option with its letter; ``index`` counts from 0."""
    page.verbatim(_lines(page, option.text, values, f"{_MARGIN}{letter(index)}) "))


def write_reply(page: Page, reply: Reply, values: Values) -> None:
    """The question, what was chosen, the verdict, and why."""
    page.gap()
    page.verbatim(_lines(page, reply.question.text, values, f"{reply.number}. "))
    for option in reply.chosen:
        write_option(page, reply.question.options.index(option), option, values)
    write_verdict(page, reply, values)


def write_verdict(page: Page, reply: Reply, values: Values) -> None:
    """Whether the answer is right, and why."""
    status, word = (Status.PASS, text("right")) if reply.right else (Status.FAIL, text("wrong"))
    _note(page, marked(page, status, word), ROLES[status])
    if not reply.right and not reply.explained:
        _note(page, page.say(text("Something that belongs there is missing.")))
    for option in reply.explained:
        page.verbatim(_lines(page, option.why, values, _MARGIN))


def _how_to_answer(step: Step) -> Text:
    if len(step.quiz) == 1:
        return text("Answer with what you choose in place of x:")
    return text("Answer one question or several, with what you choose in place of x:")


def _example(step: Step) -> str:
    """The form of the answers: letters that are no answer to anything."""
    letters = ["xy" if question.kind == "multiple" else "x" for question in step.quiz]
    if len(letters) == 1:
        return letters[0]
    return " ".join(f"{number}{each}" for number, each in enumerate(letters, 1))


def _note(page: Page, sentence: str, role: Role | None = None) -> None:
    lines = wrap(page.style.show(sentence), page.style.width, first=_MARGIN, rest=_MARGIN)
    page.verbatim(page.style.paint(line, role) if role else line for line in lines)


def _lines(page: Page, markdown: str, values: Values, left: str) -> Sequence[str]:
    return prose_lines(markdown, values, page.style, left=left)
