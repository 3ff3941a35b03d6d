"""Whatever the environment is like, every command ends in words and the right exit code."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.tool import Tool

READING = [["list"], ["show", "start/read"], ["hint", "start/read"], ["answer", "ask/one"], ["config"], []]
NOBODY = """
import os, pwd
def getpwuid(uid):
    raise KeyError(uid)
pwd.getpwuid = getpwuid
"""


@pytest.mark.parametrize("words", READING)
@pytest.mark.parametrize("locale", ["C", "tr_TR.UTF-8", "sv_SE.ISO-8859-1", "no-such"])
def test_any_locale(tutor: Tool, words: list[str], locale: str) -> None:
    assert tutor.without("PYTHONUTF8").with_environment(LC_ALL=locale).run(*words).out


def test_a_stream_of_ascii_gets_ascii(tutor: Tool) -> None:
    ascii_only = tutor.without("PYTHONUTF8").with_environment(LC_ALL="C", PYTHONIOENCODING="ascii")
    done = ascii_only.run("show", "start/read", "--lang", "sv")
    assert done.out.isascii()
    assert r"B\xf6rja" in done.lines


def test_turkish_letters_change_no_id(tutor: Tool) -> None:
    turkish = tutor.with_environment(LC_ALL="tr_TR.UTF-8")
    turkish.run("answer", "ask/one", "1A")
    turkish.run("config", "IDENTITY.NAME", "x", code=2)


@pytest.mark.parametrize("words", READING)
def test_without_home_the_passwd_entry_is_used(tutor: Tool, words: list[str]) -> None:
    homeless = tutor.without("HOME").with_environment(
        XDG_STATE_HOME=str(tutor.home / "state"), XDG_CONFIG_HOME=str(tutor.home / "config")
    )
    homeless.run(*words)


@pytest.fixture
def nobody(tutor: Tool) -> Tool:
    """Somebody whom the user database does not know, with nothing in the environment either."""
    return replace(tutor.without("HOME").without("XDG_CACHE_HOME"), before=NOBODY)


@pytest.mark.parametrize("words", READING)
def test_a_user_without_home_can_read(nobody: Tool, words: list[str]) -> None:
    assert nobody.run(*words).out


@pytest.mark.parametrize("words", [["config", "language", "sv"], ["answer", "ask/one", "a"]])
def test_a_user_without_home_is_told_why_nothing_is_kept(nobody: Tool, words: list[str]) -> None:
    done = nobody.run(*words, code=2)
    assert done.err.startswith("error: HOME is not set")
    assert done.out == ""


@pytest.mark.parametrize("words", READING)
def test_a_state_folder_that_cannot_be_used_costs_no_reading(tutor: Tool, words: list[str]) -> None:
    (tutor.home / "file").touch()
    stuck = tutor.with_environment(XDG_STATE_HOME=str(tutor.home / "file" / "x"))
    assert stuck.run(*words).out


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_read_only_state_folder(tutor: Tool) -> None:
    (tutor.home / "state").mkdir(mode=0o500)
    stuck = tutor.with_environment(XDG_STATE_HOME=str(tutor.home / "state"))
    stuck.run("list")
    assert stuck.run("answer", "ask/one", "a", code=2).out == ""


@pytest.mark.parametrize("words", [*READING[:4], []])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("sv/1-start.md", '"programs"', '"programs" x'), "sv/1-start.md:"),
        (("sv/2-ask.md", "{#one}", ""), "sv/2-ask.md:7: "),
        (("course.toml", '"ask"]', '"gone"]'), "course.toml:"),
    ],
)
def test_a_broken_course(
    packaged: Tool, course: Path, words: list[str], change: tuple[str, str, str], said: str
) -> None:
    file, old, new = change
    path = course / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    done = packaged.with_options("--course", str(course)).run(*words, code=4)
    assert done.out == ""
    assert said in done.err
    assert "\ntip: " in done.err


def test_what_is_not_about_the_course_works_with_a_broken_one(packaged: Tool, course: Path) -> None:
    (course / "course.toml").write_text("x")
    broken = packaged.with_options("--course", str(course))
    broken.run("config", "language", "sv")
    assert broken.run("config", "language").out == "sv\n"
    broken.run("config", code=4)


def test_no_course_at_all(packaged: Tool, tmp_path: Path) -> None:
    done = packaged.run("list", "--course", str(tmp_path / "gone"), code=2)
    assert "tip: Give --course a folder" in done.err


@pytest.mark.parametrize(
    "words",
    [["lsit"], ["list", "--formt", "json"], ["list", "--format", "xml"], ["show"], ["--lang", "de", "list"]],
)
def test_a_command_line_that_cannot_be_read(tutor: Tool, words: list[str]) -> None:
    done = tutor.run(*words, code=2)
    assert done.out == ""
    assert "error: " in done.err
    assert "\ntip: " in done.err
