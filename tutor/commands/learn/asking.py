"""The questions of a step, one at a time."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.commands.answer import reply_to
from tutor.commands.choices import Choice as Answer
from tutor.commands.learn.dialogue import Choice
from tutor.commands.learn.scene import Scene
from tutor.course.records import Option, QuizQuestion, Step
from tutor.grading.quiz import right_options
from tutor.journal.errors import JournalError
from tutor.journal.events import answer_event
from tutor.output.prose import prose_lines
from tutor.output.questions import letter, write_option, write_question, write_verdict
from tutor.text import Text, text

Numbered = tuple[int, QuizQuestion]


def open_questions(scene: Scene, step: Step) -> list[Numbered]:
    """The questions that are not answered rightly, with their numbers from 1."""
    try:
        given = scene.session.journal.answers().get(step.id, {})
    except JournalError:
        given = {}
    numbered = enumerate(step.quiz, 1)
    return [(number, each) for number, each in numbered if set(given.get(each.id, ())) != right_options(each)]


def ask(scene: Scene, step: Step) -> bool:
    """Ask the open questions, and record each answer at once.

    :returns: whether all questions of the step are answered rightly now.
    :raises Back: when the student leaves a question.
    """
    for number, question in open_questions(scene, step):
        while not _answered_rightly(scene, step, number, question):
            choices = [("again", text("Answer it again")), ("next", text("Leave it for now"))]
            if scene.choose(text("What now?"), choices) == "next":
                break
    return not open_questions(scene, step)


def _answered_rightly(scene: Scene, step: Step, number: int, question: QuizQuestion) -> bool:
    choices = _choices(scene, question)
    page = scene.page()
    write_question(page, number, question, scene.session.values)
    if not scene.dialogue.shows_whole(choices):
        for index, option in enumerate(question.options):
            write_option(page, index, option, scene.session.values)
    scene.show(page)
    said = text("Question {number} of {count}:", number=number, count=len(step.quiz))
    answer = Answer(number, question, _chosen(scene, question, said, choices))
    scene.session.journal.append_all(
        [answer_event(step.id, question.id, [option.id for option in answer.options])]
    )
    reply = reply_to(answer)
    page = scene.page()
    write_verdict(page, reply, scene.session.values)
    scene.show(page)
    return reply.right


def _choices(scene: Scene, question: QuizQuestion) -> list[Choice]:
    return [
        Choice(option.id, f"{letter(index)}) {_line(scene, option)}")
        for index, option in enumerate(question.options)
    ]


def _chosen(
    scene: Scene, question: QuizQuestion, said: Text, choices: Sequence[Choice]
) -> tuple[Option, ...]:
    scene.session.out.write("\n")
    if question.kind == "single":
        ids = [scene.dialogue.choose(scene.render(said), choices)]
    else:
        ids = scene.dialogue.several(scene.render(said), choices)
    return tuple(option for option in question.options if option.id in ids)


def _line(scene: Scene, option: Option) -> str:
    """The option as one line, without colours."""
    from tutor.dataclass import replace

    style = replace(scene.session.style, colour=False, width=10_000)
    return " ".join(prose_lines(option.text, scene.session.values, style)).strip()
