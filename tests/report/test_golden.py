"""Exports are, to the byte, as they were read and held against the importers' rules."""

from __future__ import annotations

import pytest

from tests.report import golden
from tutor.report.exports.names import ExportName


@pytest.mark.parametrize("name", golden.CASES)
def test_an_export_is_as_it_was_read_and_approved(name: str) -> None:
    assert golden.made(name).encode() == (golden.FOLDER / name).read_bytes()


def test_every_format_has_a_file_and_there_are_no_others() -> None:
    assert set(golden.CASES.values()) == set(ExportName)
    assert {path.name for path in golden.FOLDER.iterdir()} == set(golden.CASES)
