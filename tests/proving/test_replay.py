"""Two prints of a machine, compared."""

from __future__ import annotations

import pytest

from tutor.proving.replay import changes


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ([], [], []),
        (["a", "b"], ["a", "b"], []),
        ([], ["a"], ["+a"]),
        (["a", "b", "c"], ["a", "c", "d"], ["-b", "+d"]),
        (["-- a"], ["++ a", "@@"], ["--- a", "+++ a", "+@@"]),
    ],
)
def test_lines_that_came_and_went(before: list[str], after: list[str], left: list[str]) -> None:
    assert changes(before, after) == left
