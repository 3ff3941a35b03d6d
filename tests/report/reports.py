"""Reports of generated classes, made in this process's own workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from tests.handin.samples import the_course
from tutor.commands.report_making import make_tools
from tutor.language import translator
from tutor.report.build import Class, report
from tutor.report.judging import Tools
from tutor.report.records import Report
from tutor.report.roster import Roster
from tutor.report.sources import find
from tutor.report.workers import Setup


class Silent:
    """Tells nobody how far it has come."""

    def advanced(self, done: int, total: int) -> None:
        assert 0 < done <= total


def tools(allowed: Sequence[str] | None = None) -> Tools:
    """What judging needs, in this process."""
    course, _ = the_course()
    return make_tools(course, "en", allowed)


def reported(
    *paths: Path,
    roster: Roster | None = None,
    allowed: Sequence[str] | None = None,
    deadline: datetime | None = None,
    cloned: Sequence[str] = (),
    cache: Path | None = None,
    jobs: int = 1,
) -> Report:
    """A report of what lies at these paths."""
    course, _ = the_course()
    setup = Setup(partial(make_tools, course, "en", allowed), cache, b"stamp")
    class_ = Class(
        course=course,
        values={name: variable.value for name, variable in course.variables.items()},
        language="en",
        translate=translator("en"),
        tool_version="0",
        made="2026-02-01T12:00:00+00:00",
        roster=roster,
        deadline=deadline,
        keys=allowed is not None,
        cloned=cloned,
    )
    return report(find(map(str, paths)), setup, class_, Silent(), jobs)
