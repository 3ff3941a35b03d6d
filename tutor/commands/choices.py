"""Answers as they are typed: ``1b``, ``2ac``, or ``b`` where there is one question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tutor.course.records import Option, QuizQuestion, Step
from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.output.questions import letter
from tutor.text import Text, text

_CHOICE = re.compile(r"([0-9]{1,4})?[.:)]?([A-Za-z]+(?:,[A-Za-z]+)*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choice:
    """The options chosen for one question, in the question's order; ``number`` counts from 1."""

    number: int
    question: QuizQuestion
    options: tuple[Option, ...]


def read_choices(step: Step, words: Sequence[str]) -> list[Choice]:
    """What the words choose, in their order.

    :raises UsageError: for the first that cannot be an answer to this step's questions.
    """
    choices: dict[int, Choice] = {}
    for word in words:
        choice = _choice(step, word)
        if choice.number in choices:
            what = text("question {number} is answered twice", number=choice.number)
            raise UsageError(what, text("Put all its letters in one word, like {example}.", example="2ac"))
        choices[choice.number] = choice
    return list(choices.values())


def _choice(step: Step, word: str) -> Choice:
    found = _CHOICE.fullmatch(word)
    if found is None:
        raise UsageError(text("{word} is no answer", word=word), _form(step))
    number = _number(step, word, found[1])
    question = step.quiz[number - 1]
    letters = found[2].lower().replace(",", "")
    options = tuple(_options(question, number, letters))
    if question.kind == "single" and len(options) > 1:
        what = text("question {number} has one answer, and {word} chooses several", number=number, word=word)
        raise UsageError(what, text("Choose one letter."))
    return Choice(number, question, options)


def _number(step: Step, word: str, given: str | None) -> int:
    count = len(step.quiz)
    if given is None and count > 1:
        raise UsageError(text("{word} does not say which question it answers", word=word), _form(step))
    number = int(given or 1)
    if not 1 <= number <= count:
        tip = text(
            "Its questions are 1 to {count}: {command}", count=count, command=f"tutor answer {step.id}"
        )
        raise UsageError(text("{step} has no question {number}", step=step.id, number=number), tip)
    return number


def _options(question: QuizQuestion, number: int, letters: str) -> Iterator[Option]:
    known = {letter(index): option for index, option in enumerate(question.options)}
    for each in letters:
        if each not in known:
            what = text("question {number} has no option {letter}", number=number, letter=each)
            raise UsageError(what, text("Its options are: {letters}", letters=", ".join(known)))
        if letters.count(each) > 1:
            what = text("option {letter} of question {number} is chosen twice", letter=each, number=number)
            raise UsageError(what, text("Name each letter once."))
    yield from (option for each, option in known.items() if each in letters)


def _form(step: Step) -> Text:
    if len(step.quiz) == 1:
        return text("Write the letter of the option, like b; of several, like ac.")
    return text("Write the question's number and the letters of its options, like 1b or 2ac.")
