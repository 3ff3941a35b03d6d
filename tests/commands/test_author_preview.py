"""``tutor author preview`` and ``checks``: what an author sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.tool import Tool


@pytest.fixture
def mine(packaged: Tool, tmp_path: Path) -> Tool:
    packaged.run("author", "new", str(tmp_path / "mine"))
    return packaged.with_options("--course", str(tmp_path / "mine"))


def test_a_new_course_is_used_at_once(mine: Tool) -> None:
    graded = mine.run("check", "--format", "json", code=1).json
    assert [step["id"] for step in graded["steps"]] == ["start/why", "start/member"]
    # Root, as tests may be, is not the student.
    assert {one["code"] for step in graded["steps"] for one in step["checks"]} <= {
        *("unanswered", "group-missing", "run-as-root")
    }


def test_both_languages(mine: Tool) -> None:
    """What a student is shown in each, and behind it what only an author is."""
    shown = mine.run("author", "preview", "start/member").out
    for language in ("sv", "en"):
        student = mine.run("show", "start/member", "--lang", language).out
        assert student in shown
        assert mine.run("hint", "start/member", "--all", "--lang", language).out in shown
    # In the language of who asks first.
    assert shown.index("Become a member") < shown.index("Bli medlem")
    assert "start/member/member: group-member" in shown
    for code in ("group-missing", "not-a-member", "another-user-added", "run-as-root"):
        assert code in shown
    assert "somebody else is in the group (member: another-user-added)" in shown
    assert "added by gpasswd (right)" in shown


def test_one_language(mine: Tool) -> None:
    shown = mine.run("author", "preview", "start/why", "--lang", "sv").out
    assert "Vad en grupp är till för" in shown
    assert "What a group is for" not in shown
    assert "Gruppens tre tecken är r--" in shown.replace("`", "")


def test_the_answers_are_the_authors_alone(mine: Tool) -> None:
    why = "The owner's rights come first"
    assert why in mine.run("author", "preview", "start/why", "--lang", "en").out
    assert why not in mine.run("show", "start/why").out


def test_what_is_not_translated_is_said(packaged: Tool, tmp_path: Path) -> None:
    packaged.run("author", "new", str(tmp_path / "eng"), "--only", "en")
    shown = packaged.run(
        "author", "preview", "start/member", "--course", str(tmp_path / "eng"), "--lang", "sv"
    ).out
    assert "Become a member" in shown
    assert "Kursen är inte översatt" in shown


def test_checks(packaged: Tool) -> None:
    listed = packaged.run("author", "checks").out
    assert "group-member: You are a member of the group {group}." in " ".join(listed.split())
    one = packaged.run("author", "checks", "group-member", "--lang", "sv").out
    assert "another-user-added" in one
    assert "Parametrar" in one
    document = json.loads(packaged.run("author", "checks", "--format", "json").out)
    assert {check["name"] for check in document["checks"]} >= {"disk-image", "group-member"}
    assert "group-member" in packaged.run("author", "checks", "group-membr", code=2).err


def test_a_code_that_a_check_cannot_return_is_a_finding(mine: Tool, tmp_path: Path) -> None:
    states = tmp_path / "mine" / "states" / "start.toml"
    states.write_text(states.read_text().replace('"not-a-member"', '"no-member"'))
    done = mine.run("author", "lint", str(tmp_path / "mine"), code=4)
    assert "states/start.toml:" in done.out
    assert "no-member" in done.out


def test_a_lesson_and_a_whole_course_by_its_folder(packaged: Tool, tmp_path: Path) -> None:
    folder = str(tmp_path / "mine")
    packaged.run("author", "new", folder)
    whole = packaged.run("author", "preview", folder, "--lang", "en").out
    assert whole.index("What a group is for") < whole.index("Become a member")
    assert packaged.run("author", "preview", folder, "start", "--lang", "en").out == whole
    assert (
        "What a group is for"
        not in packaged.run("author", "preview", folder, "start/member", "--lang", "en").out
    )
    assert packaged.run("author", "preview", folder, "start/no", code=2).err
