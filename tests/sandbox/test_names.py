"""Names become directories, units and words of command lines: nothing else gets through."""

from __future__ import annotations

import pytest

from tutor.errors import UsageError
from tutor.sandbox.names import DEFAULT, checked_name


@pytest.mark.parametrize("name", [DEFAULT, "a", "demo-2", "x" * 32])
def test_plain_names_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "a/b", "/etc", "-y", "--yes", "a b", "a\n", "a\x1b[2J", "a\0b"),
        *("Lab", "1st", "x" * 33, "å", "a%n", "a:b", "$(id)", "a;b", ".lab.lock"),
    ],
)
def test_hostile_names_are_not(name: str) -> None:
    with pytest.raises(UsageError) as told:
        checked_name(name)
    assert told.value.exit_code == 2
    assert told.value.tip is not None
