"""Values from TOML against the annotations of check functions."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.course.checks import fits

FITTING: list[tuple[str, list[Any]]] = [
    ("str", ["", "a"]),
    ("int", [1]),
    ("float", [1, 1.5]),
    ("bool", [True]),
    ("str | None", ["a"]),
    ("int | str", [1, "a"]),
    ("Optional[str]", ["a"]),
    ("list[str]", [[], ["a"]]),
    ("list", [[1, "a"]]),
    ("tuple[str, ...]", [["a", "b"]]),
    ("Sequence[int]", [[1]]),
    ("collections.abc.Sequence[int]", [[1]]),
    ("Mapping[str, int]", [{}, {"a": 1}]),
    ("dict[str, list[str]]", [{"a": ["b"]}]),
    ("Literal['a', 'b']", ["a"]),
    ("'str'", ["a"]),
    ("Size", ["30G", 1]),
    ("Size[str]", ["30G", 1]),
    ("no annotation at all", ["a"]),
]
UNFITTING: list[tuple[str, list[Any]]] = [
    ("str", [1, True, ["a"]]),
    ("int", ["1", True, 1.5]),
    ("float", ["1", True]),
    ("bool", [1, "true"]),
    ("str | None", [1]),
    ("Optional[str]", [1]),
    ("list[str]", ["a", [1], {"a": 1}]),
    ("Sequence[int]", [[True]]),
    ("Mapping[str, int]", [[], {"a": "b"}]),
    ("Literal['a', 'b']", ["c", 1]),
]


@pytest.mark.parametrize(
    ("annotation", "value"), [(one, value) for one, values in FITTING for value in values]
)
def test_values_that_fit(annotation: str, value: Any) -> None:
    assert fits(value, annotation)


@pytest.mark.parametrize(
    ("annotation", "value"), [(one, value) for one, values in UNFITTING for value in values]
)
def test_values_that_do_not(annotation: str, value: Any) -> None:
    assert not fits(value, annotation)
