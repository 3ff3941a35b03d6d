"""``tutor show``: a step to read."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.commands.session import Session
from tutor.course.records import Course, Step
from tutor.course.select import find_step
from tutor.course.variables import Values, parameters
from tutor.output import interface
from tutor.text import Text, text


def show(session: Session, word: str) -> int:
    """Show the step called ``word``.

    :raises UsageError: when there is none.
    :raises CourseError: when the course is broken.
    """
    from tutor.output.lesson import render_lesson_step

    step = find_step(session.course, word)
    lesson = next(lesson for lesson in session.course.lessons if lesson.id == step.lesson_id)
    checked = list(sentences(session.course, step, session.values))
    document = render_lesson_step(
        lesson, step, session.translate, session.style, checked=checked, values=session.values
    )
    interface.write(document, session.out, "text")
    return 0


def sentences(course: Course, step: Step, values: Values) -> Iterator[Text]:
    """What each check of the step expects; the questions speak for themselves."""
    from tutor.commands.catalogue import checks_for

    registry = checks_for(course)
    for spec in step.specs:
        check = registry.get(spec.check)
        if check is None:
            yield text("this tutor has no check called {check}", check=spec.check)
        else:
            yield check.sentence(parameters(spec.params, values))
