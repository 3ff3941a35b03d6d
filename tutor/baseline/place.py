"""Where the baseline of a course lies. Looked up at every run, so nothing else is imported here."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping

from tutor.course.records import SUBJECTS, Subject
from tutor.folders import folders


def whole_path(environ: Mapping[str, str], course: str, uses: Collection[Subject] = SUBJECTS) -> str:
    """A baseline without gaps: while it is there, no run need look any further.

    :param course: the course's id.
    :param uses: the course's subjects. A baseline without one of them says nothing of it, and is none for a
        later version of the course that uses it.
    :raises NoHomeError: when there is no home to keep it in.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "_", course)
    left_out = "-".join(subject for subject in SUBJECTS if subject not in uses)
    without = f".without-{left_out}" if left_out else ""
    return os.path.join(folders(environ).state, "baseline", f"{name}{without}.json")


def open_path(environ: Mapping[str, str], course: str, uses: Collection[Subject] = SUBJECTS) -> str:
    """One with gaps, which a later look may close."""
    return whole_path(environ, course, uses).removesuffix(".json") + ".open.json"
