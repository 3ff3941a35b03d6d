"""What an id may look like."""

from __future__ import annotations

import re

from tutor.course.findings import Report
from tutor.text import text

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_id(name: str) -> bool:
    """Whether ``name`` can be the id of a course, a lesson, a step or a check."""
    return _ID.fullmatch(name) is not None


def check_id(name: str, line: int, report: Report) -> None:
    """Ids are typed on command lines and stand in reports: kebab-case, nothing else."""
    if not is_id(name):
        what = text("{name} is no id", name=name or '""')
        report.add(line, what, text("Use small letters a to z, digits and single hyphens"))
