"""Classes and their pages, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.output.html.classes import hostile, large, ordinary
from tutor.language import translator
from tutor.output.html.site import write_site
from tutor.report.records import Report

#: As many students as the largest class that the pages are made for.
MANY = 3000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have one worker write the large class, and test it."""
    for item in items:
        if "large_site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("large class"))


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return ordinary(tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="session")
def site(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "pages"
    write_site(report, folder, translator("en"))
    return folder


@pytest.fixture(scope="session")
def hostile_site(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "pages"
    write_site(hostile(report), folder, translator("en"))
    return folder


@pytest.fixture(scope="session")
def large_site(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "pages"
    write_site(large(report, MANY), folder, translator("en"))
    return folder
