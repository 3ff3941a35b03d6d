from __future__ import annotations

import pytest

from tests.output import golden


@pytest.mark.parametrize("name", golden.CASES)
def test_output_is_as_it_was_read_and_approved(name: str) -> None:
    assert golden.made(name) == (golden.FOLDER / name).read_text(encoding="utf-8")


def test_there_are_no_other_files() -> None:
    assert {path.name for path in golden.FOLDER.iterdir()} == set(golden.CASES)
