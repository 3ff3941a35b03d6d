"""What is read without Typer means what Typer makes of it."""

from __future__ import annotations

import sys
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.cli import run
from tutor.commands import line
from tutor.commands.session import Options, Session
from tutor.errors import UserError

WORDS = st.sampled_from(
    [
        *("check", "list", "networks", "install/libvirt", "install/libvirt/uri", "å", "a b", "", "-", "--"),
        *(
            "--format",
            "--format=json",
            "text",
            "json",
            "junit",
            "tap",
            "xml",
            "--lang",
            "sv",
            "en",
            "--lang=sv",
        ),
        *("--no-color", "--plain", "--verbose", "-v", "-vv", "-h", "--help", "--version", "--plai"),
        *("--var", "--var=a=b", "a=b", "c=d", "=", "--from", "--record", "--course", "--course-config", "x"),
    ]
)


def check_line(arguments: list[str]) -> tuple[Options, list[str]] | None:
    read = line.check_line(arguments)
    return None if read is None else (Options(**read[0]), read[1])


def of_typer(arguments: list[str]) -> tuple[Options, list[str]] | None:
    """What the command is called with; None where it is not called."""
    calls: list[tuple[Options, list[str]]] = []

    def check(session: Session, words: list[str], record: object = None) -> int:
        assert record is None
        calls.append((session.options, words))
        return 0

    with patch.object(sys, "argv", ["tutor", *arguments]), patch("tutor.commands.check.check", check):
        try:
            run()
        except (UserError, AssertionError):
            return None
    return calls[0] if calls else None


@given(st.lists(WORDS, max_size=5))
def test_both_readers_agree(words: list[str]) -> None:
    plain = check_line(["check", *words])
    if plain is not None:
        assert plain == of_typer(["check", *words])


@pytest.mark.parametrize(
    "given_",
    [
        "check",
        "check networks",
        "check install/libvirt disks --plain",
        "check --format json -v --lang sv --var a=b --var c=d --no-color networks",
    ],
)
def test_plain_lines_are_read(given_: str) -> None:
    words = given_.split()
    assert check_line(words) == of_typer(words) is not None


@pytest.mark.parametrize(
    "given_",
    ["", "list", "check --from x", "check -h", "check --format xml", "check --lang", "check -- networks"],
)
def test_the_rest_is_left_to_the_parser(given_: str) -> None:
    assert check_line(given_.split()) is None
