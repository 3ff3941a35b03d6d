from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.sample import Sample, write_sample


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "libvirt-tutor"


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """A good course, to be broken."""
    return write_sample(tmp_path / "course")
