"""``tutor answer``: answer a step's questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tutor.commands.choices import Choice, read_choices
from tutor.commands.session import Session
from tutor.course.records import Option, Step
from tutor.course.select import find_step
from tutor.errors import UsageError
from tutor.grading.quiz import right_options, standing
from tutor.journal.errors import JournalError
from tutor.journal.events import answer_event
from tutor.output import interface
from tutor.output.page import Page
from tutor.output.questions import Reply, write_questions, write_reply
from tutor.text import text


def answer(session: Session, word: str, words: Sequence[str]) -> int:
    """Record answers to the questions of the step called ``word``, and say whether they are right.

    :param words: one for each question (``1b``, ``2ac``); none: the questions are shown.
    :returns: 0 when all that were answered are right, else 1.
    :raises UsageError: for no such step, or a word that is no answer; then nothing is recorded.
    :raises JournalError: when the answers cannot be recorded; then nothing is said about them.
    """
    step = find_step(session.course, word)
    if not step.quiz:
        tip = text("See what it asks of this machine: {command}", command=f"tutor check {step.id}")
        raise UsageError(text("{step} has no questions", step=step.id), tip)
    if not words:
        return _show(session, step)
    choices = read_choices(step, words)
    replies = [reply_to(choice) for choice in choices]
    before = session.journal.answers().get(step.id, {})
    page = Page(session.translate, session.style)
    for reply in replies:
        write_reply(page, reply, session.values)
    _write_rest(page, step, {**before, **{each.question.id: _ids(each.options) for each in choices}})
    _record(session, step, choices)
    interface.write(page.document(), session.out, "text")
    return 0 if all(reply.right for reply in replies) else 1


def _show(session: Session, step: Step) -> int:
    page = Page(session.translate, session.style)
    write_questions(page, step, session.values, _answered(session, step))
    interface.write(page.document(), session.out, "text")
    return 0


def _answered(session: Session, step: Step) -> Collection[str]:
    """The questions with an answer; none where the journal cannot be read: they can be shown all the same."""
    try:
        chosen = session.journal.answers().get(step.id, {})
        return [question.id for question in step.quiz if standing(question, chosen)]
    except JournalError as error:
        session.say(text("earlier answers are not known: {reason}", reason=error.what))
        return ()


def _record(session: Session, step: Step, choices: Sequence[Choice]) -> None:
    session.journal.append_all(
        answer_event(step.id, each.question.id, _ids(each.options)) for each in choices
    )


def reply_to(choice: Choice) -> Reply:
    """Whether the choice is right, and which of the chosen options to explain.

    A wrong answer explains one option that does not belong: to explain all that were chosen would
    tell apart the right ones, and whoever chose everything would have been told the answer.
    """
    right = set(_ids(choice.options)) == right_options(choice.question)
    wrong = [option for option in choice.options if not option.right]
    explained = choice.options if right else tuple(wrong[:1])
    return Reply(choice.number, choice.question, choice.options, right, explained)


def _write_rest(page: Page, step: Step, chosen: Mapping[str, Sequence[str]]) -> None:
    """Which questions are left, and which are to be answered anew."""
    left, wrong = [], []
    for number, question in enumerate(step.quiz, 1):
        given = standing(question, chosen)
        if not given:
            left.append(str(number))
        elif given != right_options(question):
            wrong.append(str(number))
    page.gap()
    if wrong:
        page.field(text("To answer anew"), ", ".join(wrong))
    if left:
        page.field(text("Not answered yet"), ", ".join(left))
    if wrong or left:
        page.commands([f"tutor answer {step.id}"], level=1)
    else:
        page.line(page.say(text("All questions of this step are answered correctly.")), role="good")
        page.commands([f"tutor check {step.id}"], level=1)


def _ids(options: Sequence[Option]) -> list[str]:
    return [option.id for option in options]
