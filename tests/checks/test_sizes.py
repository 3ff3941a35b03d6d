"""Sizes in binary units, and their decimal doubles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.sizes import is_decimal, shown, to_bytes

NUMBERS = st.integers(1, 10**6)
UNITS = st.sampled_from("KMGT")


@pytest.mark.parametrize(
    ("size", "count"), [("30G", 32212254720), ("30GB", 32212254720), ("512M", 2**29), ("1T", 2**40), ("7", 7)]
)
def test_units_are_binary(size: str, count: int) -> None:
    assert to_bytes(size) == count


@pytest.mark.parametrize("size", ["", "G", "-1G", "1.5G", "30 G", "30GiB", "30g", "GG", "1GK", "٣G"])
def test_what_is_no_size(size: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        to_bytes(size)


@given(st.text())
def test_nothing_else_is_raised(size: str) -> None:
    try:
        to_bytes(size)
    except ValueError as error:
        assert "not a size" in str(error)  # noqa: PT017 - either this or no error at all


@given(NUMBERS, UNITS)
def test_the_decimal_double_is_told(number: int, unit: str) -> None:
    size = f"{number}{unit}"
    decimal = number * 1000 ** ("KMGT".index(unit) + 1)
    assert is_decimal(decimal, size)
    rounded = -(-decimal // 512) * 512
    assert is_decimal(rounded, size) is (rounded != to_bytes(size))
    assert not is_decimal(to_bytes(size), size)


@pytest.mark.parametrize(
    ("count", "words"),
    [(2**30 * 30, "30 GiB"), (2**20 * 3, "3 MiB"), (0, "0 B"), (30 * 10**9, "30000000000 B")],
)
def test_sizes_for_a_person(count: int, words: str) -> None:
    assert shown(count) == words
