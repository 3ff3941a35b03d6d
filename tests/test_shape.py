"""Shapes that start fast hold what is read to the same as those of the standard library."""

from __future__ import annotations

import typing
from typing import Any, get_type_hints

import msgspec
import pytest

from tutor import shape


class Inner(shape.TypedDict):
    a: int
    b: str | None


class Base(shape.TypedDict, total=False):
    c: list[Inner]


class Outer(Base):
    d: dict[str, Inner]


class StandardInner(typing.TypedDict):
    a: int
    b: str | None


class StandardBase(typing.TypedDict, total=False):
    c: list[StandardInner]


class StandardOuter(StandardBase):
    d: dict[str, StandardInner]


INNER = {"a": 1, "b": None}


@pytest.mark.parametrize(
    "value",
    [
        {"d": {"x": INNER}},
        {"d": {}, "c": [INNER, {"a": 2, "b": "x"}]},
        {"d": {}, "more": 1},
        {},
        {"c": []},
        {"d": {"x": {"a": 1}}},
        {"d": {"x": {"a": "1", "b": None}}},
        {"d": {}, "c": [{"a": 1, "b": 2}]},
        [],
        None,
    ],
)
def test_msgspec_holds_to_both_alike(value: Any) -> None:
    def held(kind: Any) -> Any:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            return str(error)

    assert held(Outer) == held(StandardOuter)
    assert held(Outer | None) == held(StandardOuter | None)


def test_what_is_known_of_one_is_the_same() -> None:
    for ours, standard in ((Inner, StandardInner), (Base, StandardBase), (Outer, StandardOuter)):
        for name in ("__total__", "__required_keys__", "__optional_keys__"):
            assert getattr(ours, name) == getattr(standard, name)
    assert get_type_hints(Inner) == get_type_hints(StandardInner)
    assert set(get_type_hints(Outer)) == {"c", "d"}


def test_an_instance_is_a_dict() -> None:
    made = Inner(a=1, b="x")
    assert type(made) is dict
    assert made == {"a": 1, "b": "x"}
