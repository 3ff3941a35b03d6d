"""The words of a command line, as lessons, steps and checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.course.records import Course, Step
from tutor.errors import UsageError
from tutor.text import text


def select(course: Course, words: Sequence[str]) -> frozenset[str]:
    """The ids of the checks that the words name, quizzes included. No word: all checks.

    :param words: lessons (``install``), steps (``install/cpu``) or checks (``install/cpu/flags``).
    :raises UsageError: for a word that names nothing, with those that look like it.
    """
    checks = [id_ for step in course.steps for id_ in step.check_ids]
    for word in words:
        _must_be_one_of(word, [*_lessons(course), *_steps(course), *checks], course)
    return frozenset(id_ for id_ in checks if _is_within(id_, words))


def select_steps(course: Course, words: Sequence[str]) -> tuple[Step, ...]:
    """The steps that lessons or steps name, in the order of the course. No word: all steps.

    :raises UsageError: for a word that names no lesson and no step.
    """
    for word in words:
        _must_be_one_of(word, [*_lessons(course), *_steps(course)], course)
    return tuple(step for step in course.steps if _is_within(step.id, words))


def find_step(course: Course, word: str) -> Step:
    """The one step of that id.

    :raises UsageError: when there is none.
    """
    _must_be_one_of(word, _steps(course), course)
    return next(step for step in course.steps if step.id == word)


def _is_within(id_: str, words: Sequence[str]) -> bool:
    return not words or f"{id_}/".startswith(tuple(f"{word}/" for word in words))


def _must_be_one_of(word: str, names: Iterable[str], course: Course) -> None:
    names = list(names)
    if word in names:
        return
    from tutor.course.findings import nearest

    # Where a step is wanted and a lesson is given, that lesson's steps are what is meant.
    near = nearest(word, names) or [step.id for step in course.steps if step.lesson_id == word]
    tip = text("`tutor list` shows all lessons and steps.")
    if near:
        tip = text("Did you mean {names}?", names=", ".join(near))
    raise UsageError(text("the course has nothing called {word}", word=word), tip)


def _lessons(course: Course) -> list[str]:
    return [lesson.id for lesson in course.lessons]


def _steps(course: Course) -> list[str]:
    return [step.id for step in course.steps]
