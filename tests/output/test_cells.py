from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.output.grades import HOSTILE
from tutor.output.cells import cells, pad, wrap
from tutor.output.printable import printable


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("åäöÅÄÖ", 6),
        ("e\u0301", 1),
        ("界", 2),
        ("한", 2),
        ("\u1112\u1161\u11ab", 2),
        ("👍", 2),
        ("✓", 1),
        ("─", 1),
    ],
)
def test_width_is_in_cells(text: str, width: int) -> None:
    assert cells(text) == width


def test_padding_is_in_cells() -> None:
    assert pad("界", 4) == "界  "
    assert pad("abc", 2) == "abc"


def test_lines_hang() -> None:
    assert wrap("one two three", 10, first="- ", rest="  ") == ["- one two", "  three"]


def test_drawings_that_fit_stay_as_they_are() -> None:
    assert wrap("a    b", 10) == ["a    b"]


def test_a_long_word_leaves_the_label_behind_where_that_helps() -> None:
    assert wrap("abcdefgh", 10, first="label: ", rest="  ") == ["label:", "  abcdefgh"]


def test_a_command_in_backquotes_is_kept_together_where_it_fits() -> None:
    assert wrap("now run `virsh list --all` again", 20) == ["now run", "`virsh list --all`", "again"]
    assert wrap("x `a very long command indeed, that is` y", 12) == [
        "x `a very",
        "long command",
        "indeed, that",
        "is` y",
    ]


def test_no_break_spaces_are_not_broken_at() -> None:
    assert wrap("a 30\u00a0GiB", 6) == ["a", "30\u00a0GiB"]


@given(HOSTILE, st.sampled_from([20, 40, 80]))
def test_only_a_single_word_is_ever_too_wide(value: str, width: int) -> None:
    shown = printable(value)
    lines = wrap(shown, width, first="label: ", rest="  ")
    assert all(cells(line) <= width or " " not in line.strip(" ") for line in lines)
    assert "".join(lines).replace(" ", "") == "label:" + shown.replace(" ", "")
