"""``tutor author preview``: a step as a student sees it, and what an author wants to see besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.authoring.codes import told_codes
from tutor.commands.catalogue import checks_for
from tutor.commands.session import Session
from tutor.commands.show import sentences
from tutor.course.load import packaged_folder
from tutor.course.read_states import load_states
from tutor.course.records import Course, Step
from tutor.course.select import find_step, select_steps
from tutor.course.states import State
from tutor.course.variables import parameters
from tutor.dataclass import replace
from tutor.language import LANGUAGES
from tutor.output import interface
from tutor.output.hints import render_hints
from tutor.output.lesson import render_lesson_step
from tutor.output.preview import Judged, render_behind, render_language
from tutor.text import text


def author_preview(session: Session, words: Sequence[str]) -> int:
    """Show the steps, each in every language of the course or in the one that is asked for.

    :param words: lessons and steps; none: the whole course.
    :raises UsageError: when there is no such lesson or step.
    :raises CourseError: when the course, or its states, are broken.
    """
    chosen = [step.id for step in select_steps(session.course, words)]
    each = list(_sessions(session))
    documents = [document for id_ in chosen for one in each for document in _documents(one, id_)]
    interface.write("\n".join(documents), session.out, "text")
    return 0


def _sessions(session: Session) -> Iterator[Session]:
    """One for each language; the interface speaks it too, as it will to that student."""
    if session.options.lang is not None:
        yield session
        return
    own = session.language
    for language in (own, *(one for one in LANGUAGES if one != own)):
        options = replace(session.options, lang=language)
        yield Session(options, out=session.out, err=session.err)


def _documents(session: Session, id_: str) -> Iterator[str]:
    course, translate, style = session.course, session.translate, session.style
    step = find_step(course, id_)
    lesson = next(lesson for lesson in course.lessons if lesson.id == step.lesson_id)
    yield render_language(course.language, session.language, translate, style)
    checked = list(sentences(course, step, session.values))
    yield render_lesson_step(lesson, step, translate, style, checked=checked, values=session.values)
    if step.hints:
        yield render_hints(step, range(1, len(step.hints) + 1), session.values, translate, style)
    judged = list(_judged(session, course, step))
    states = _states(session, step)
    yield render_behind(step, judged, states, values=session.values, translate=translate, style=style)


def _judged(session: Session, course: Course, step: Step) -> Iterator[Judged]:
    registry = checks_for(course)
    for spec in step.specs:
        check = registry.get(spec.check)
        if check is None:
            yield Judged(spec, text("this tutor has no check called {check}", check=spec.check), ())
        else:
            sentence = check.sentence(parameters(spec.params, session.values))
            yield Judged(spec, sentence, told_codes(check))


def _states(session: Session, step: Step) -> list[State]:
    """What its author has written of how the step can be wrong."""
    states, _, _ = load_states(str(session.options.course or packaged_folder()))
    lesson = states.get(step.lesson_id)
    return [state for state in lesson.states if state.step == step.id] if lesson is not None else []
