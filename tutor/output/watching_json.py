"""A watch for scripts: a line of JSON each, the state first, then every change; schema/watch-1.json."""

from __future__ import annotations

import json
from typing import Any

from tutor.grading.changes import StepChange
from tutor.grading.outcome import summary
from tutor.grading.verdict import Grade, Verdict
from tutor.output.details import rendered
from tutor.output.json_document import plain
from tutor.text import Translate

SCHEMA = 1


def state_line(grade: Grade, time: str) -> str:
    """How every watched step stands.

    :param time: ISO 8601 with offset.
    """
    steps = [
        {
            "id": result.step.id,
            "status": result.status.value,
            "checks": [_stand(verdict) for verdict in result.verdicts],
        }
        for result in grade.steps
    ]
    course = grade.course.identity
    return _line({**_head("state", time), "course": course, "steps": steps, **_done(grade)})


def change_line(change: StepChange, grade: Grade, time: str, translate: Translate) -> str:
    """A step with a change, and those of its checks that changed."""
    checks = [
        {
            **_stand(one.verdict),
            "was": one.was.value,
            "observed": rendered(one.verdict.finding.observed, translate),
            "blocked_by": one.verdict.blocked_by,
        }
        for one in change.checks
    ]
    step = change.result
    return _line(
        {
            **_head("change", time),
            "step": step.step.id,
            "status": step.status.value,
            "was": change.was.value,
            "checks": checks,
            **_done(grade),
        }
    )


def _head(event: str, time: str) -> dict[str, Any]:
    return {"schema": SCHEMA, "event": event, "time": time}


def _stand(verdict: Verdict) -> dict[str, Any]:
    return {"id": verdict.spec.id, "status": verdict.status.value, "code": verdict.finding.code}


def _done(grade: Grade) -> dict[str, int]:
    total = summary(grade)
    return {"steps_done": total.steps_done, "steps_in_all": total.steps}


def _line(document: dict[str, Any]) -> str:
    return json.dumps(plain(document), separators=(",", ":"), allow_nan=False) + "\n"
