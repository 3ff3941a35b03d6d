from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.tool import Tool


def answers(tutor: Tool) -> list[dict[str, Any]]:
    path = tutor.home / ".local/state/libvirt-tutor/journal.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [line["data"] for line in map(json.loads, lines) if line["kind"] == "answer"]


def test_right(tutor: Tool) -> None:
    done = tutor.run("answer", "ask/one", "a", "--lang", "sv")
    assert done.lines == [
        "1. Vad är libvirt?",
        "   a) Ett lager",
        "   ✓ rätt",
        "   Det ligger emellan.",
        "",
        "Alla frågor i steget är rätt besvarade.",
        "    tutor check ask/one",
    ]
    assert answers(tutor) == [{"step": "ask/one", "question": "layer", "options": ["layer"]}]
    tutor.run("check", "ask/one")


def test_wrong(tutor: Tool) -> None:
    done = tutor.run("answer", "ask/one", "1b", code=1)
    assert "   ✗ wrong" in done.lines
    assert "   Nej, den styr sådana." in done.lines
    assert "Det ligger emellan" not in done.out
    assert done.lines[-2:] == ["To answer anew: 1", "    tutor answer ask/one"]
    assert answers(tutor) == [{"step": "ask/one", "question": "layer", "options": ["hypervisor"]}]
    tutor.run("check", "ask/one", code=1)


@pytest.mark.parametrize(
    ("choice", "explained"),
    [("2abcd", ["BETA"]), ("2ab", ["BETA"]), ("2bd", ["BETA"]), ("2d", ["DELTA"]), ("2a", []), ("2c", [])],
)
def test_a_wrong_set_tells_nothing_of_the_right_one(tutor: Tool, choice: str, explained: list[str]) -> None:
    done = tutor.run("answer", "ask/many", choice, code=1)
    found = [name for name in ("ALFA", "BETA", "GAMMA", "DELTA") if f"{name}-HÖR" in done.out]
    assert found == explained
    assert ("Something that belongs there is missing." in done.out) is not bool(explained)


def test_several_at_once_and_what_is_left(tutor: Tool) -> None:
    done = tutor.run("answer", "ask/many", "1b")
    assert "Not answered yet: 2" in done.lines
    done = tutor.run("answer", "ask/many", "2CA", "1:a", code=1)
    assert "To answer anew: 1" in done.lines
    assert done.out.index("ALFA") < done.out.index("GAMMA") < done.out.index("Heter den")
    assert [entry["options"] for entry in answers(tutor)] == [["yes"], ["a", "c"], ["no"]]
    tutor.run("answer", "ask/many", "1b")
    tutor.run("check", "ask/many")


@pytest.mark.parametrize(
    ("words", "error", "tip"),
    [
        (["b"], "b does not say which question it answers", "like 1b or 2ac."),
        (["1"], "1 is no answer", "like 1b or 2ac."),
        (["1b", "?"], "? is no answer", "like 1b or 2ac."),
        (["1b", ""], " is no answer", "like 1b or 2ac."),
        (["3a"], "ask/many has no question 3", "Its questions are 1 to 2: tutor answer ask/many"),
        (["0a"], "ask/many has no question 0", "Its questions are 1 to 2: tutor answer ask/many"),
        (["1c"], "question 1 has no option c", "Its options are: a, b"),
        (["1ab"], "question 1 has one answer, and 1ab chooses several", "Choose one letter."),
        (["2aa"], "option a of question 2 is chosen twice", "Name each letter once."),
        (["2a", "1b", "2c"], "question 2 is answered twice", "Put all its letters in one word, like 2ac."),
        (["1b", "\u0661a"], "\u0661a is no answer", "like 1b or 2ac."),
        (["1b", "2\x1b[2Ja"], r"2\x1b[2Ja is no answer", "like 1b or 2ac."),
        (["1b", "9" * 5000 + "a"], "9999", "like 1b or 2ac."),
        (["1\u0131"], "1\u0131 is no answer", "like 1b or 2ac."),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_recorded(
    tutor: Tool, words: list[str], error: str, tip: str
) -> None:
    done = tutor.with_environment(COLUMNS="100").run("answer", "ask/many", *words, code=2)
    assert done.err.startswith("error:")
    assert error in done.err
    assert done.err.endswith(f"{tip}\n")
    assert done.out == ""
    assert answers(tutor) == []


def test_the_only_question_needs_no_number(tutor: Tool) -> None:
    assert "like b; of several" in tutor.run("answer", "ask/one", "!", code=2).err
    tutor.run("answer", "ask/one", "A")


def test_without_a_choice_the_questions_are_shown(tutor: Tool) -> None:
    assert "(answered)" not in tutor.run("answer", "ask/one").out
    tutor.run("answer", "ask/one", "b", code=1)
    done = tutor.run("answer", "ask/one")
    assert "   (answered)" in done.lines
    assert done.lines[-1] == "    tutor answer ask/one x"
    assert len(answers(tutor)) == 1


def test_a_step_without_questions(tutor: Tool) -> None:
    assert "start/read has no questions" in tutor.run("answer", "start/read", "a", code=2).err


@pytest.mark.parametrize("choice", ["a", "b"])
def test_what_cannot_be_recorded_is_not_claimed(tutor: Tool, tmp_path: Path, choice: str) -> None:
    (tmp_path / "file").touch()
    stuck = tutor.with_environment(XDG_STATE_HOME=str(tmp_path / "file"))
    done = stuck.run("answer", "ask/one", choice, code=2)
    assert done.err.startswith("error: The journal")
    assert "\ntip: " in done.err
    assert done.out == ""
    assert "earlier answers are not known" in stuck.run("answer", "ask/one").err


@pytest.mark.parametrize("width", [40, 80])
def test_it_fits(tutor: Tool, width: int) -> None:
    done = tutor.with_environment(COLUMNS=str(width)).run("answer", "ask/many", "1a", "2abcd", code=1)
    assert all(len(line) <= width for line in done.lines)
