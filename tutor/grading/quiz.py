"""A quiz is a check like any other, judged on the answers recorded last."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tutor.course.records import QUIZ, Course, QuizQuestion
from tutor.grading.finding import failed, passed
from tutor.grading.registry import Check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.memory import answers
from tutor.text import text

_WHY = text("The questions are about what this section is there to teach.")


def quiz_check(course: Course) -> Check:
    """The check that knows the right options of this course; they appear in no output."""
    quizzes = {step.id: step.quiz for step in course.steps if step.quiz}

    def quiz(host: Host, *, step: str) -> Finding:
        """The questions of {step} are answered, and correctly."""
        chosen: dict[str, list[str]] = host.ask(answers(step))
        return _judge(step, quizzes[step], chosen)

    return Check(QUIZ, quiz, None)


def _judge(step: str, quiz: tuple[QuizQuestion, ...], chosen: Mapping[str, list[str]]) -> Finding:
    given = {number: standing(question, chosen) for number, question in enumerate(quiz, 1)}
    right = {number: right_options(question) for number, question in enumerate(quiz, 1)}
    open_ones = [number for number, options in given.items() if not options]
    wrong = [number for number, options in given.items() if options and options != right[number]]
    if wrong:
        return failed(
            "wrong-answer",
            text("answered wrongly: {numbers}", numbers=_list(wrong)),
            why=_WHY,
            hint=text("Read the step again, then answer anew: tutor answer {step}", step=step),
        )
    if open_ones:
        return failed(
            "unanswered",
            text("not answered: {numbers}", numbers=_list(open_ones)),
            why=_WHY,
            hint=text("See the questions: tutor show {step}; answer them: tutor answer {step}", step=step),
        )
    return passed(text("all {count} answered correctly", count=len(quiz)))


def standing(question: QuizQuestion, chosen: Mapping[str, Collection[str]]) -> set[str]:
    """The options that the question is answered with; none where the answer is to an older version of it.

    :param chosen: by question. An option that the question has no longer makes it another question's answer.
    """
    options = set(chosen.get(question.id, ()))
    return options if options <= {option.id for option in question.options} else set()


def right_options(question: QuizQuestion) -> set[str]:
    """The ids of the options that are right."""
    return {option.id for option in question.options if option.right}


def _list(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)
