from __future__ import annotations

import pytest

from tests.commands.tool import Tool


def test_each_hint_names_the_next(tutor: Tool) -> None:
    first = tutor.run("hint", "start/read")
    more = ["", "More help:", "    tutor hint start/read --level 2"]
    assert first.lines == ["Hint 1 of 3", "Look at `id`.", *more]
    second = tutor.run("hint", "start/read", "--level", "2", "--var", "vm=other")
    assert second.lines[:2] == ["Hint 2 of 3", "The domain is called other."]
    last = tutor.run("hint", "start/read", "--level", "3")
    assert last.lines[-2:] == ["That was the last hint. Is it right now?", "    tutor check start/read"]


def test_all_hints(tutor: Tool) -> None:
    done = tutor.run("hint", "start/read", "--all", "--lang", "sv")
    titles = [line for line in done.lines if line.startswith("Ledtråd ")]
    assert titles == [f"Ledtråd {number} av 3" for number in (1, 2, 3)]


def test_a_step_without_hints(tutor: Tool) -> None:
    assert tutor.run("hint", "ask/one").lines[-1] == "    tutor check ask/one"
    assert tutor.run("hint", "ask/one", "--all").lines[-1] == "    tutor check ask/one"
    assert "ask/one has no hints" in tutor.run("hint", "ask/one", "--level", "1", code=2).err


@pytest.mark.parametrize("level", ["0", "4", "-1", "9" * 30])
def test_a_level_that_there_is_not(tutor: Tool, level: str) -> None:
    done = tutor.run("hint", "start/read", "--level", level, code=2)
    assert done.err.endswith("tip: Its hints are 1 to 3.\n")


def test_level_and_all(tutor: Tool) -> None:
    assert "exclude each other" in tutor.run("hint", "start/read", "--level", "1", "--all", code=2).err


def test_no_number(tutor: Tool) -> None:
    assert tutor.run("hint", "start/read", "--level", "x", code=2).out == ""


def test_unknown_step(tutor: Tool) -> None:
    assert "Did you mean ask/one" in tutor.run("hint", "one", code=2).err
