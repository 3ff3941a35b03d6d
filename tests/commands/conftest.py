"""A home for every test, and one small course for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.course import write_course
from tests.commands.tool import Tool, tool


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, never changed, and the cache: to parse the course for each test would be slow."""
    folder = tmp_path_factory.mktemp("shared")
    write_course(folder / "course")
    return folder


@pytest.fixture
def packaged(tmp_path: Path, shared: Path) -> Tool:
    """The tool with the course that comes with it."""
    home = tmp_path / "home"
    home.mkdir()
    return tool(home, shared / "cache")


@pytest.fixture
def tutor(packaged: Tool, shared: Path) -> Tool:
    """The tool with the small course."""
    return packaged.with_options("--course", str(shared / "course"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of the test's own, to be broken."""
    return write_course(tmp_path / "own-course")
