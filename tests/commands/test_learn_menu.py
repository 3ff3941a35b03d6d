"""What the menu of the walk offers, and what Enter alone means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.guide.samples import step
from tutor.commands.learn.menu import Situation, entries
from tutor.course.records import Block
from tutor.grading.verdict import Status

PLAIN = step("a")
WITH_COMMANDS = replace(PLAIN, blocks=(Block("run", "ls", 1, "bash"),))
OTHER = step("b")
RED = Situation(PLAIN, Status.FAIL, None, 0, (1, 3), OTHER, has_before=True)
ALWAYS = ["again", "list", "quit"]


def offered(situation: Situation) -> list[str]:
    return [value for value, _ in entries(situation)]


@pytest.mark.parametrize(
    ("situation", "values"),
    [
        (RED, ["check", "hint", "wrong", "skip", "back", *ALWAYS]),
        (replace(RED, status=None), ["check", "hint", "wrong", "skip", "back", *ALWAYS]),
        (replace(RED, hint=None, has_before=False), ["check", "wrong", "skip", *ALWAYS]),
        (replace(RED, step=WITH_COMMANDS), ["check", "run", "hint", "wrong", "skip", "back", *ALWAYS]),
        (replace(RED, questions=2), ["quiz", "check", "hint", "wrong", "skip", "back", *ALWAYS]),
        (replace(RED, missing=OTHER), ["first", "check", "hint", "wrong", "skip", "back", *ALWAYS]),
        (replace(RED, status=Status.PASS), ["next", "check", "back", *ALWAYS]),
        (replace(RED, status=Status.SKIP, step=WITH_COMMANDS), ["next", "check", "run", "back", *ALWAYS]),
        (replace(RED, status=Status.UNKNOWN), ["check", "hint", "wrong", "next", "back", *ALWAYS]),
        (
            replace(RED, step=replace(PLAIN, optional=True)),
            ["check", "hint", "wrong", "next", "back", *ALWAYS],
        ),
        (replace(RED, step=step("read", checks=0), hint=None), ["next", "back", *ALWAYS]),
    ],
)
def test_what_means_something_is_offered(situation: Situation, values: list[str]) -> None:
    assert offered(situation) == values


def test_the_way_on_names_the_next_step_or_the_end() -> None:
    labels = {value: label.render(str) for value, label in entries(replace(RED, status=Status.PASS))}
    assert labels["next"] == "Go on: l/b, B"
    (first, *_) = entries(replace(RED, status=Status.PASS, after=None))
    assert first[1].render(str) == "Go on to the end"
