"""The course that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.commands.catalogue import all_checks
from tutor.course.lint import ParameterInfo, lint
from tutor.course.load import load_course

LESSONS = Path(__file__).parents[2] / "lessons"


def test_the_shipped_course_has_no_findings() -> None:
    known = {
        check.name: {name: ParameterInfo(type_, required) for name, type_, required in check.parameters}
        for check in all_checks()
    }
    findings = lint(LESSONS, known, strict=True)
    assert [finding.text.render(str) for finding in findings] == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_shipped_course_loads(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    course = load_course(None, language)
    assert course.id == "libvirt"
    assert list(course.steps)
