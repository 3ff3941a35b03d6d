from __future__ import annotations

import io
import os
import pty
from collections.abc import Iterator, Mapping
from typing import TextIO

import pytest

from tutor.output.style import Style


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "utf-8"


def style(
    stream: TextIO | None = None,
    env: Mapping[str, str] | None = None,
    *,
    plain: bool = False,
    no_color: bool = False,
) -> Style:
    return Style.from_environment(stream or Terminal(), env or {}, plain=plain, no_color=no_color)


@pytest.mark.parametrize(
    ("stream", "env", "colour"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        (Pipe(), {}, False),
        (Pipe(), {"FORCE_COLOR": "1"}, True),
        (Pipe(), {"FORCE_COLOR": "0"}, False),
        (Pipe(), {"FORCE_COLOR": ""}, False),
    ],
)
def test_colour_is_decided_by_the_environment_and_the_stream(
    stream: TextIO, env: dict[str, str], colour: bool
) -> None:
    assert style(stream, env).colour is colour


def test_the_flags_win_over_the_environment() -> None:
    assert not style(env={"FORCE_COLOR": "1"}, no_color=True).colour
    assert not style(env={"FORCE_COLOR": "1"}, plain=True).colour


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        ("40", 40),
        ("80", 80),
        ("100", 100),
        ("250", 100),
        ("3", 20),
        ("0", 80),
        ("", 80),
        ("-5", 80),
        ("٤٠", 80),
        ("9" * 9999, 80),
    ],
)
def test_width_is_columns_within_reason(columns: str, width: int) -> None:
    assert style(env={"COLUMNS": columns}).width == width


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    leader, follower = pty.openpty()
    with open(leader, "rb"), open(follower, "w", encoding="utf-8") as stream:
        yield stream


def test_width_is_asked_of_the_terminal(terminal: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    assert style(terminal).width == 80  # a terminal that does not know says 0
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((57, 20)))
    assert style(terminal).width == 57


@pytest.mark.parametrize(("encoding", "is_ascii"), [("utf-8", False), ("latin-1", True), ("ascii", True)])
def test_a_stream_that_cannot_carry_marks_gets_ascii(encoding: str, is_ascii: bool) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert style(stream).ascii is is_ascii
    assert style(stream, plain=True).ascii


def test_drawings_become_ascii_where_they_must() -> None:
    assert Style(ascii=True).show("├── a\n└── b") == r"|-- a\n`-- b"
    assert Style().show("├── å") == "├── å"


def test_paint_adds_nothing_without_colour() -> None:
    assert Style().paint("x", "bad") == "x"
    assert Style(colour=True).paint("x", "bad") == "\x1b[1;31mx\x1b[0m"
    assert Style(colour=True).paint("", "bad") == ""
