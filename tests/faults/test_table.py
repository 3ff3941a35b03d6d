"""docs/faults.md: each row is a test that is there, and each source has each of the faults."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.table import DOCUMENT, FAULTS, Row, document, families, sources

ROWS: list[Row] = [row for family in families() for row in family.rows]


def test_the_document_is_what_the_tests_say() -> None:
    found = document(families())
    assert DOCUMENT.read_text() == found, "write it anew with: python -m tests.faults"


@pytest.mark.parametrize("source", sources())
def test_every_source_has_every_fault(source: str) -> None:
    assert {row.fault for row in ROWS if row.source == source} == set(FAULTS)


def test_every_row_is_about_a_source_and_a_fault() -> None:
    assert {row.source for row in ROWS} == set(sources())
    assert all(row.done and row.answer for row in ROWS)
    assert [row for row, times in Counter(ROWS).items() if times > 1] == []


def test_every_row_is_a_test_and_every_test_of_a_fault_a_row() -> None:
    files = sorted({row.test.partition("::")[0] for row in ROWS})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    collected = {line for line in done.stdout.splitlines() if "::" in line}
    whole = collected | {test.partition("[")[0] for test in collected}
    assert sorted(row.test for row in ROWS if row.test not in whole) == [], done.stdout[-2000:]
    rows = {row.test for row in ROWS} | {row.test.partition("[")[0] for row in ROWS}
    faults = {test for test in collected if any(f"-{fault}]" in test for fault in FAULTS)}
    assert sorted(test for test in faults if test.startswith("tests/faults/") and test not in rows) == []
