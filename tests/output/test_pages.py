from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.output.pages import screens

LINES = st.lists(st.one_of(st.just(""), st.text("abc ", max_size=60)), min_size=1)


@given(LINES, st.integers(1, 20), st.integers(5, 40))
def test_every_line_is_shown_once_and_each_screen_fits(lines: list[str], height: int, width: int) -> None:
    document = "".join(line + "\n" for line in lines)
    pieces = list(screens(document, height, width))
    assert "".join(pieces) == document
    for piece in pieces:
        rows = [max(1, -(-len(line) // width)) for line in piece.splitlines()]
        assert sum(rows) <= height or len(rows) == 1


def test_it_is_cut_where_a_reader_would() -> None:
    document = "a\nb\nc\n\nd\ne\nf\n"
    assert list(screens(document, 6, 80)) == ["a\nb\nc\n\n", "d\ne\nf\n"]
    assert list(screens(document, 7, 80)) == [document]


def test_colours_take_no_room() -> None:
    line = "\x1b[36m" + "x" * 10 + "\x1b[0m\n"
    assert list(screens(line * 2, 2, 10)) == [line * 2]
