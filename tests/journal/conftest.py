"""A journal of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.journal.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "libvirt-tutor" / "journal.jsonl"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path)
