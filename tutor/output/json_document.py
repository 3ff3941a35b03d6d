"""JSON, schema 1: ``schema/check-1.json`` is its definition, and the tests hold it to that.

Everything outside ASCII is written as an escape. Every parser gives it back, and so no hostile
name can reach a terminal, no locale can break the output, and U+2028 stays out of it. A lone
surrogate (a byte of a name that is not UTF-8) has no form that all parsers accept: it is written
as the six visible characters of its escape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from tutor.dataclass import asdict
from tutor.grading.outcome import max_points, summary
from tutor.grading.verdict import Grade, StepResult, Verdict
from tutor.output.command import pasteable
from tutor.output.details import rendered
from tutor.output.printable import escape
from tutor.output.style import Style
from tutor.text import Translate

SCHEMA = 1


def render(grade: Grade, translate: Translate, _style: Style, /) -> str:
    """The document, indented, with a newline at its end."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "tutor", "version": grade.tool_version},
        "course": _course(grade),
        "host": asdict(grade.host),
        "user": grade.user,
        "started": grade.started,
        "duration_ms": milliseconds(grade.duration),
        "summary": _summary(grade),
        "steps": [_step(result, translate) for result in grade.steps],
    }
    return dumped(document)


def dumped(document: Mapping[str, Any]) -> str:
    """Any document of ours as JSON: in ASCII, whatever names are in it."""
    return json.dumps(plain(document), indent=2, allow_nan=False) + "\n"


def milliseconds(seconds: float) -> int:
    """Whole milliseconds; a clock that was set back does not make them negative."""
    return max(0, round(seconds * 1000)) if isfinite(seconds) else 0


def _course(grade: Grade) -> dict[str, Any]:
    course = grade.course
    return {
        "id": course.id,
        "version": course.version,
        "digest": course.digest,
        "variables": dict(grade.variables),
    }


def _summary(grade: Grade) -> dict[str, int]:
    total = summary(grade)
    counts = {status.value: count for status, count in total.counts.items()}
    return {**counts, "points": total.points, "max_points": total.max_points}


def _step(result: StepResult, translate: Translate) -> dict[str, Any]:
    step = result.step
    return {
        "id": step.id,
        "lesson": step.lesson_id,
        "title": step.title,
        "optional": step.optional,
        "status": result.status.value,
        "points": result.points,
        "max_points": max_points(step),
        "checks": [_check(verdict, translate) for verdict in result.verdicts],
    }


def _check(verdict: Verdict, translate: Translate) -> dict[str, Any]:
    spec, finding = verdict.spec, verdict.finding
    return {
        "id": spec.id,
        "check": spec.check,
        "params": verdict.params,
        "status": finding.status.value,
        "code": finding.code,
        "expected": rendered(finding.expected, translate),
        "observed": rendered(finding.observed, translate),
        "why": rendered(finding.why, translate),
        "hint": rendered(finding.hint, translate),
        "fix": [_command(command) for command in finding.fix],
        "note": rendered(finding.note, translate),
        "needs": spec.needs,
        "blocked_by": verdict.blocked_by,
        "duration_ms": milliseconds(verdict.duration),
    }


def _command(command: str) -> str:
    """A command with bytes that are not UTF-8 still runs as written, in its quoted form."""
    return command if _is_unicode(command) else pasteable(command)


def plain(value: Any) -> Any:
    """The value as JSON can hold it; parameters and variables come from authors and students."""
    if isinstance(value, str):
        return value if _is_unicode(value) else "".join(map(_unicode, value))
    if isinstance(value, Mapping):
        return {plain(str(name)): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, int) or value is None else plain(str(value))


def _unicode(char: str) -> str:
    return char if _is_unicode(char) else escape(char)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
