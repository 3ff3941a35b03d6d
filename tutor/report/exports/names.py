"""What a report can be exported to. The command line reads it at every start: nothing else is loaded here."""

from __future__ import annotations

from enum import Enum


class ExportName(str, Enum):
    """The formats."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    JUNIT = "junit"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    CHECK50 = "check50"
    GITHUB_CLASSROOM = "github-classroom"
