from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from tests.output.grades import HOSTILE
from tutor.output.printable import printable, printable_lines


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("åäö 30\u00a0GiB 界 👍", "åäö 30\u00a0GiB 界 👍"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\x7f\x85\x9b", r"\x7f\x85\x9b"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\u202e\u200f\u2066", r"\u202e\u200f\u2066"),
        ("\u2028\u2029\ufeff", r"\u2028\u2029\ufeff"),
        ("\udcff\ud800", r"\udcff\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("C:\\x", "C:\\x"),
    ],
)
def test_what_cannot_be_shown_is_shown_as_its_escape(value: str, shown: str) -> None:
    assert printable(value) == shown


@given(HOSTILE)
def test_nothing_invisible_is_left(value: str) -> None:
    shown = printable(value)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert printable(shown) == shown


def test_lines_are_split_at_newlines_only() -> None:
    assert printable_lines("a\nb\r\u2028c\x0bd") == ["a", r"b\r\u2028c\x0bd"]
