"""The questions of the shipped course, answered as a student answers them, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.tool import tool
from tests.lessons.passages import LESSONS, read
from tutor.course.records import Option, Step

FILES = sorted(path.name for path in (LESSONS / "sv").glob("*.md"))
QUIZZES = [(file, step.id) for file in FILES for step in read("sv", file).lesson.steps if step.quiz]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: to read the lessons anew for each answer would be slow."""
    return tmp_path_factory.mktemp("cache")


def step_of(language: str, file: str, step: str) -> Step:
    return next(each for each in read(language, file).lesson.steps if each.id == step)


def rights(step: Step) -> list[list[int]]:
    """For each question, the places of the right options."""
    return [[place for place, each in enumerate(one.options) if each.right] for one in step.quiz]


def choices(right: list[list[int]]) -> list[str]:
    """As they are typed: 1b 2acd."""
    return [f"{number}{''.join('abcdefgh'[place] for place in each)}" for number, each in enumerate(right, 1)]


def words(text: str) -> str:
    """The text as the terminal would show it, however it is wrapped."""
    return " ".join(text.split())


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(("file", "step"), QUIZZES, ids=[step for _, step in QUIZZES])
def test_right_answers_are_explained(
    file: str, step: str, language: str, cache: Path, tmp_path: Path
) -> None:
    """Each question with its right options, and why each is right, in the language that was asked for."""
    right = rights(step_of("sv", file, step))
    shown = words(tool(tmp_path, cache).run("--lang", language, "answer", step, *choices(right)).out)
    for question, places in zip(step_of(language, file, step).quiz, right, strict=True):
        chosen: list[Option] = [question.options[place] for place in places]
        for text in (question.text, *(option.text for option in chosen), *(option.why for option in chosen)):
            assert words(text) in shown
