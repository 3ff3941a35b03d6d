"""A payload from a grade, what it rests on, and who hands in."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from typing import Any

from tutor.dataclass import asdict, dataclass
from tutor.grading.outcome import summary
from tutor.grading.verdict import Grade, StepResult
from tutor.handin.format import SCHEMA, canonical
from tutor.handin.plain import plain


@dataclass(frozen=True, slots=True)
class Handing:
    """Who hands in, and when: ``made`` is an ISO 8601 time with offset, to the second."""

    made: str
    name: str | None = None
    email: str | None = None
    id: str | None = None
    pseudonym: str | None = None


def payload(
    grade: Grade,
    recording: Mapping[str, Any],
    journal: Sequence[bytes],
    handing: Handing,
    left_out: int = 0,
) -> bytes:
    """The first line of a hand-in. The same input gives the same bytes.

    :param grade: what the tool says of the machine: the claim.
    :param recording: a recording's document, reduced (:mod:`tutor.handin.reduce`).
    :param journal: the journal's lines, oldest first, without their newlines.
    :param left_out: how many older lines there is no room for.
    """
    course = grade.course.identity
    return canonical(
        plain(
            {
                "handin": "libvirt-tutor",
                "schema": SCHEMA,
                "made": handing.made,
                "tool": grade.tool_version,
                "course": course,
                "student": _student(handing),
                "variables": recording["variables"],
                "claim": _claim(grade),
                "recording": recording,
                # Each byte a character: a damaged line may be anything.
                "journal": {"left_out": left_out, "lines": [line.decode("latin-1") for line in journal]},
                "versions": _versions(grade),
            }
        )
    )


def _student(handing: Handing) -> dict[str, str | None]:
    if handing.pseudonym is not None:
        return {"name": None, "email": None, "id": None, "pseudonym": handing.pseudonym}
    return {"name": handing.name, "email": handing.email, "id": handing.id, "pseudonym": None}


def _claim(grade: Grade) -> dict[str, Any]:
    total = summary(grade)
    counts = {status.value: count for status, count in total.counts.items()}
    return {
        "steps": {result.step.id: _step(result) for result in grade.steps},
        "summary": {**counts, "points": total.points, "max_points": total.max_points},
    }


def _step(result: StepResult) -> dict[str, Any]:
    checks = {
        verdict.spec.id: {"status": verdict.status.value, "code": verdict.finding.code}
        for verdict in result.verdicts
    }
    return {"status": result.status.value, "points": result.points, "checks": checks}


def _versions(grade: Grade) -> dict[str, Any]:
    facts = asdict(grade.host)
    del facts["id"]  # it stands in the recording
    return {**facts, "python": platform.python_version()}
