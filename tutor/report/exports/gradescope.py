"""Gradescope's ``results.json`` (gradescope-autograders.readthedocs.io, specs), a test for each step.

A top score would override the sum of the tests', so there is none. A step that could not be looked at has no
score: zero would be a verdict.
"""

from __future__ import annotations

import json
from typing import Any

from tutor.report.exports.aim import Aim
from tutor.report.exports.of_one import Test, not_measured, tests
from tutor.report.hand_in import HandIn
from tutor.report.records import Report, Student


def render(report: Report, student: Student, hand_in: HandIn, aim: Aim, /) -> str:
    """See :class:`tutor.report.exports.interface.OfOne`."""
    document: dict[str, Any] = {
        "output": not_measured(hand_in, aim),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(test) for test in tests(report, hand_in, aim)],
        "extra_data": {
            "student": student.key,
            "digest": hand_in.digest,
            "made": hand_in.made,
            "late": hand_in.late,
            "signature": hand_in.signature.state,
            "undecided": list(hand_in.undecided),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _test(test: Test) -> dict[str, Any]:
    scored = {} if test.points is None else {"score": test.points, "max_score": test.info.max_points}
    return {
        **scored,
        "status": "passed" if test.step.status in ("pass", "skip") else "failed",
        "name": f"{test.info.id}: {test.info.title}",
        "number": test.number,
        "output": test.output,
        "visibility": "visible",
        "extra_data": {"verdict": test.step.status},
    }
