"""JSON lines: an object for each check of each student, for whatever reads a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tutor.report.exports.aim import Aim
from tutor.report.hand_in import HandIn
from tutor.report.records import Report, Student

SCHEMA = 1


def render(report: Report, _aim: Aim, /) -> Iterator[str]:
    """See :class:`tutor.report.exports.interface.OfClass`."""
    most = {step.id: step.max_points for lesson in report.course.lessons for step in lesson.steps}
    for student in report.students:
        if student.hand_in is not None:
            yield "".join(_lines(report, student, student.hand_in, most))


def _lines(report: Report, student: Student, hand_in: HandIn, most: dict[str, int]) -> Iterator[str]:
    shared = _shared(report, student, hand_in)
    for step in hand_in.steps:
        for check in step.checks:
            event = {
                **shared,
                "lesson": step.id.partition("/")[0],
                "step": step.id,
                "check": check.id,
                "verdict": check.status,
                "code": check.code,
                "expected": check.expected,
                "observed": check.observed,
                "note": check.note,
                "blocked_by": check.blocked_by,
                "evidence": list(check.evidence),
                "step_verdict": step.status,
                "points": step.points,
                "max_points": most.get(step.id),
            }
            yield json.dumps(event, separators=(",", ":")) + "\n"


def _shared(report: Report, student: Student, hand_in: HandIn) -> dict[str, Any]:
    course, machine = report.course, hand_in.environment
    return {
        "schema": SCHEMA,
        "ts": hand_in.started,
        "student": {
            "key": student.key,
            "id": student.id,
            "email": student.email,
            "name": student.name,
            "pseudonym": student.pseudonym,
        },
        "course": {"id": course.id, "version": course.version, "digest": course.digest},
        "hand_in": {
            "digest": hand_in.digest,
            "made": hand_in.made,
            "late": hand_in.late,
            "signature": hand_in.signature.state,
        },
        "env": {
            "os": machine.os,
            "kernel": machine.kernel,
            "libvirt": machine.libvirt,
            "qemu": machine.qemu,
            "kvm": machine.kvm,
            "virtualization": machine.virtualization,
        },
        "tool_version": report.tool,
    }
