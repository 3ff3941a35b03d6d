"""Where the baseline of a course lies. Looked up at every run, so nothing else is imported here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tutor.folders import folders


def whole_path(environ: Mapping[str, str], course: str) -> Path:
    """A baseline without gaps: while it is there, no run need look any further.

    :param course: the course's id.
    :raises NoHomeError: when there is no home to keep it in.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "_", course)
    return folders(environ).state / "baseline" / f"{name}.json"


def open_path(environ: Mapping[str, str], course: str) -> Path:
    """One with gaps, which a later look may close."""
    return whole_path(environ, course).with_suffix(".open.json")
