"""The events that are journalled: what each kind holds, to write and to read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor.grading.verdict import Grade, StepResult
    from tutor.journal.line import Event


def check_event(grade: Grade) -> Event:
    """A check run: the statuses, codes and points; no texts, and nothing that was observed."""
    course = grade.course
    return "check", {
        "course": course.identity,
        "tool": grade.tool_version,
        "started": grade.started,
        "steps": [_step(result) for result in grade.steps],
    }


def course_event(grade: Grade) -> Event:
    """The course as it was met: what each of its steps asked, by digest, also those not checked."""
    course = grade.course
    return "course", {
        "course": course.identity,
        "steps": {step.id: step.digest for step in course.steps},
    }


def answer_event(step: str, question: str, options: Iterable[str]) -> Event:
    """The options chosen for a quiz question, by their ids; right or wrong is not said."""
    return "answer", {"step": step, "question": question, "options": list(options)}


def remembered_event(key: str, value: object) -> Event:
    """An observation that outlives the state it was made of; ``value`` is plain JSON."""
    return "remembered", {"key": key, "value": value}


def position_event(course: str, step: str) -> Event:
    """The step that the student is at in the guided walk through a course."""
    return "position", {"course": course, "step": step}


def skip_event(course: str, step: str, reason: str) -> Event:
    """A step that the student has passed by in the walk; an empty reason where none was asked for."""
    return "skip", {"course": course, "step": step, "reason": reason}


def read_position(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Course and step of a position; None when its shape is not that of one."""
    course, step = data.get("course"), data.get("step")
    return (course, step) if isinstance(course, str) and isinstance(step, str) else None


def read_skip(data: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Course, step and reason of a skip; None when its shape is not that of one."""
    place, reason = read_position(data), data.get("reason")
    return (*place, reason) if place is not None and isinstance(reason, str) else None


def read_answer(data: Mapping[str, Any]) -> tuple[str, str, list[str]] | None:
    """Step, question and options of an answer event; None when its shape is not that of one."""
    step, question, options = data.get("step"), data.get("question"), data.get("options")
    if not (isinstance(step, str) and isinstance(question, str) and isinstance(options, list)):
        return None
    return (step, question, options) if all(isinstance(option, str) for option in options) else None


def read_remembered(data: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Key and value of a remembered observation; None when its shape is not that of one."""
    key = data.get("key")
    return (key, data["value"]) if isinstance(key, str) and "value" in data else None


def read_course(data: Mapping[str, Any]) -> dict[str, str] | None:
    """The digests of a course event by step; None when its shape is not that of one."""
    steps = data.get("steps")
    if not isinstance(steps, dict):
        return None
    return steps if all(isinstance(digest, str) for digest in steps.values()) else None


def course_of(data: Mapping[str, Any]) -> str | None:
    """The id of the course that an event is about."""
    course = data.get("course")
    found = course.get("id") if isinstance(course, dict) else None
    return found if isinstance(found, str) else None


def _step(result: StepResult) -> dict[str, Any]:
    return {
        "id": result.step.id,
        "digest": result.step.digest,
        "status": result.status.value,
        "points": result.points,
        "checks": [
            {"id": verdict.spec.id, "status": verdict.status.value, "code": verdict.finding.code}
            for verdict in result.verdicts
        ],
    }
