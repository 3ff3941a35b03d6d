"""The result of an autograding step at GitHub Classroom: JSON, version 1, in base64, on one line.

It is what ``classroom-resources/autograding-grading-reporter`` reads from ``<RUNNER>_RESULTS``. No hosted
runner has the student's machine: a workflow there judges the hand-in that was committed.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from tutor.report.exports.aim import Aim
from tutor.report.exports.of_one import Test, tests
from tutor.report.hand_in import HandIn
from tutor.report.records import Report, Student


def render(report: Report, _student: Student, hand_in: HandIn, aim: Aim, /) -> str:
    """See :class:`tutor.report.exports.interface.OfOne`."""
    found = [_test(test) for test in tests(report, hand_in, aim)]
    statuses = {test["status"] for test in found}
    document = {
        "version": 1,
        "status": next((each for each in ("error", "fail") if each in statuses), "pass"),
        "max_score": hand_in.max_points,
        "tests": found,
    }
    return base64.b64encode(json.dumps(document).encode()).decode() + "\n"


def _test(test: Test) -> dict[str, Any]:
    """An undecided step is an error, and its score null: zero would be a verdict."""
    done = test.step.status in ("pass", "skip")
    return {
        "name": f"{test.info.id}: {test.info.title}",
        "status": "error" if test.points is None else "pass" if done else "fail",
        "score": test.points,
        "message": test.output,
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": 0,
    }
