"""A student's way to a grade, as the journal has it."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.report.outcomes import Document
from tutor.grading.verdict import Grade, Status
from tutor.journal.line import GENESIS, assemble, digest, encode


def journal(judged: Grade, recording: Document, lot: random.Random, started: datetime) -> list[bytes]:
    """A student's way to this grade: steps tried some times, answers, and the whole course at the end."""
    events = list(_events(judged, recording, lot))
    gap = 40 * 60 // max(1, len(events))
    now, prev, lines = started - timedelta(hours=30), GENESIS, list[bytes]()
    for index, (kind, data) in enumerate(events):
        last = index == len(events) - 1
        now = started if last else min(now + timedelta(seconds=lot.randrange(20, 20 + 2 * gap)), started)
        line = assemble(kind, encode(data), now.isoformat(timespec="seconds"), prev)
        prev = digest(line)
        lines.append(line)
    return lines


def _events(judged: Grade, recording: Document, lot: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    course = {"id": judged.course.id, "version": judged.course.version, "digest": judged.course.digest}
    yield "course", {"course": course, "steps": {step.id: step.digest for step in judged.course.steps}}
    for result in judged.steps:
        tries = lot.choices((0, 1, 2, 4, 9), (3, 4, 3, 2, 1))[0]
        failed = [
            {
                "id": one.spec.id,
                "status": "fail" if place >= len(result.verdicts) // 2 else "pass",
                "code": None,
            }
            for place, one in enumerate(result.verdicts)
        ]
        found = recording["observations"].get(f'answers["{result.step.id}"]', {}).get("value") or {}
        for question, options in found.items():
            yield "answer", {"step": result.step.id, "question": question, "options": options}
        is_done = result.status in (Status.PASS, Status.SKIP)
        for _ in range(tries):
            yield (
                "check",
                _run(judged, course, [_step(result, "fail", 0, failed) if is_done else _as_is(result)]),
            )
        if is_done and lot.random() < 0.7:
            yield "check", _run(judged, course, [_as_is(result)])
    yield "check", _run(judged, course, [_as_is(result) for result in judged.steps])


def _run(judged: Grade, course: dict[str, str], steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"course": course, "tool": judged.tool_version, "started": judged.started, "steps": list(steps)}


def _as_is(result: Any) -> dict[str, Any]:
    checks = [
        {"id": one.spec.id, "status": one.status.value, "code": one.finding.code} for one in result.verdicts
    ]
    return _step(result, result.status.value, result.points, checks)


def _step(result: Any, status: str, points: int | None, checks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": result.step.id,
        "digest": result.step.digest,
        "status": status,
        "points": points,
        "checks": copy.copy(list(checks)),
    }
