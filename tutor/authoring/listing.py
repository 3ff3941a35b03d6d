"""``course.toml`` with one more lesson: its text changed where it must be, and kept everywhere else."""

from __future__ import annotations

import re
from typing import Any

from tutor.course.toml import parsed

_LESSONS = re.compile(r"^(?P<head>lessons\s*=\s*\[)(?P<body>[^\]]*)\]", re.MULTILINE)


def with_lesson(manifest: str, lesson: str, more: str) -> str | None:
    """The manifest with ``lesson`` last in its list, and ``more`` at its end.

    None where that cannot be done without touching anything else: then its author does it.
    """
    found = _LESSONS.search(manifest)
    if found is None:
        return None
    body = found["body"].rstrip()
    last = body.rpartition("\n")
    # A list of one lesson a line stays one.
    apart = "\n" + " " * (len(last[2]) - len(last[2].lstrip())) if last[1] else " " if body else ""
    comma = "," if body and not body.endswith(",") else ""
    after = "," if body.endswith(",") else ""
    tail = found["body"][len(body) :]
    listed = f'{found["head"]}{body}{comma}{apart}"{lesson}"{after}{tail}]'
    changed = manifest[: found.start()] + listed + manifest[found.end() :].rstrip("\n") + "\n" + more
    return changed if _says(changed, manifest, lesson, more) else None


def _says(changed: str, manifest: str, lesson: str, more: str) -> bool:
    """Whether the changed text says what it should, and nothing else."""
    try:
        before, added, after = parsed(manifest), parsed(more), parsed(changed)
    except ValueError:
        return False
    lessons = [*before.pop("lessons"), lesson]
    variables: dict[str, Any] = {**before.pop("variables", {}), **added.get("variables", {})}
    return after == {**before, "lessons": lessons, "variables": variables}
