"""Courses and grades of a few steps, with as little in them as a test needs."""

from __future__ import annotations

from tutor.course.records import CheckSpec, Course, Lesson, Step
from tutor.grading.outcome import step_result
from tutor.grading.verdict import Finding, Grade, HostFacts, Status, StepResult, Verdict
from tutor.text import text


def step(
    name: str,
    *,
    needs: tuple[str, ...] = (),
    requires: tuple[str, ...] = (),
    optional: bool = False,
    hints: int = 0,
    checks: int = 1,
) -> Step:
    """The step ``l/NAME`` with one check, ``l/NAME/c0``."""
    specs = tuple(CheckSpec(f"l/{name}/c{number}", "x", needs=needs) for number in range(checks))
    named = tuple(f"l/{one}" for one in requires)
    said = tuple(f"hint {number}" for number in range(1, hints + 1))
    return Step(f"l/{name}", name.title(), specs=specs, hints=said, optional=optional, requires=named)


def course(*steps: Step) -> Course:
    """A course of one lesson."""
    return Course("c", "Course", "1", "sha256:0", "en", {}, (Lesson("l", "Lesson", "", steps),))


def result(one: Step, *statuses: Status, code: str | None = None, fix: tuple[str, ...] = ()) -> StepResult:
    """The step with these statuses of its checks."""
    verdicts = [
        Verdict(spec, {}, Finding(status, text("seen"), code=code, fix=fix))
        for spec, status in zip(one.specs, statuses, strict=True)
    ]
    return step_result(one, verdicts)


def grade(*results: StepResult) -> Grade:
    """A run with these results."""
    of = course(*(one.step for one in results))
    return Grade(of, {}, HostFacts(), "student", "2026-01-01T12:00:00+00:00", 0.0, results, "0")
