"""check50's JSON (cs50/check50: docs/source/json_specification.rst), a result for each check.

``passed`` is null for what was not looked at, and ``cause`` is null only where it passed.
"""

from __future__ import annotations

import json
from typing import Any

from tutor.report.exports.aim import Aim
from tutor.report.hand_in import Check, HandIn
from tutor.report.records import Report, Student

_PASSED = {"pass": True, "fail": False}


def render(report: Report, _student: Student, hand_in: HandIn, _aim: Aim, /) -> str:
    """See :class:`tutor.report.exports.interface.OfOne`."""
    document = {
        "slug": report.course.id,
        "results": [_result(check) for step in hand_in.steps for check in step.checks],
        "version": report.tool,
    }
    return json.dumps(document, indent=2) + "\n"


def _result(check: Check) -> dict[str, Any]:
    return {
        "name": check.id,
        "description": check.expected or check.id,
        "passed": _PASSED.get(check.status),
        "log": [check.note] if check.note else [],
        "cause": _cause(check),
        "data": {"status": check.status, "code": check.code},
        "dependency": check.blocked_by,
    }


def _cause(check: Check) -> dict[str, Any] | None:
    if check.status == "pass":
        return None
    cause: dict[str, Any] = {"rationale": check.observed or check.code or check.status, "help": None}
    if check.status == "fail" and check.expected:
        cause |= {"expected": check.expected, "actual": check.observed or ""}
    return cause
