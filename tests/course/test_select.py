"""The words of a command line."""

from __future__ import annotations

import pytest

from tests.course.sample import Sample
from tutor.course.load import load_course
from tutor.course.records import Course
from tutor.course.select import find_step, select, select_steps
from tutor.errors import UsageError

ALL = {"start/group/member", "start/group/session", "start/quiz/quiz", "nets/port/open"}


@pytest.fixture
def course(sample: Sample) -> Course:
    return load_course(sample.folder, "sv")


@pytest.mark.parametrize(
    ("words", "checks", "steps"),
    [
        ([], ALL, ["start/group", "start/quiz", "nets/port"]),
        (["nets"], {"nets/port/open"}, ["nets/port"]),
        (["start"], ALL - {"nets/port/open"}, ["start/group", "start/quiz"]),
        (["nets/port", "start/quiz"], {"nets/port/open", "start/quiz/quiz"}, ["start/quiz", "nets/port"]),
        (["start", "start/group", "start"], ALL - {"nets/port/open"}, ["start/group", "start/quiz"]),
    ],
)
def test_words_name_lessons_and_steps(
    course: Course, words: list[str], checks: set[str], steps: list[str]
) -> None:
    assert select(course, words) == checks
    assert [step.id for step in select_steps(course, words)] == steps


def test_words_name_checks(course: Course) -> None:
    assert select(course, ["start/group/member"]) == {"start/group/member"}
    with pytest.raises(UsageError):
        select_steps(course, ["start/group/member"])


def test_one_step(course: Course) -> None:
    assert find_step(course, "nets/port").title == "Porten"


@pytest.mark.parametrize(
    ("word", "tip"),
    [
        ("start/grupp", "Did you mean start/group, start/quiz, start?"),
        ("port", "Did you mean nets/port?"),
        ("xyzzy", "`tutor list` shows all lessons and steps."),
        ("", "`tutor list` shows all lessons and steps."),
        ("start/", "Did you mean start, start/quiz, start/group?"),
    ],
)
def test_an_unknown_word_is_told_with_the_nearest(course: Course, word: str, tip: str) -> None:
    with pytest.raises(UsageError) as refused:
        select_steps(course, [word])
    assert refused.value.what.render(str) == f"the course has nothing called {word}"
    assert refused.value.tip is not None
    assert refused.value.tip.render(str) == tip


def test_where_a_step_is_wanted_a_lesson_tells_its_steps(course: Course) -> None:
    with pytest.raises(UsageError) as refused:
        find_step(course, "nets")
    assert refused.value.tip is not None
    assert refused.value.tip.render(str) == "Did you mean nets/port?"
