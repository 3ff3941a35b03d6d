"""Courses, hosts and observers made up for a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tutor.course.records import CheckSpec, Course, Lesson, Step
from tutor.grading.registry import Registry
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.question import Question, Unobservable
from tutor.text import text

T = TypeVar("T")


def spec(name: str, *needs: str, check: str = "", **params: Any) -> CheckSpec:
    """A spec ``l/s/NAME``, whose check is called as itself; needs are names too."""
    return CheckSpec(f"l/s/{name}", check or name, params, tuple(f"l/s/{need}" for need in needs))


def course_of(*specs: CheckSpec, optional: bool = False) -> Course:
    """A course of one step with these checks."""
    step = Step("l/s", "Step", specs=specs, optional=optional)
    return Course("c", "Course", "1", "sha256:0", "sv", {}, (Lesson("l", "Lesson", "", (step,)),))


@dataclass
class MadeUpHost:
    """Answers by key; an exception is raised. What it was asked is kept."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def ask(self, question: Question[T]) -> T:
        """See :class:`tutor.host.host.Host`."""
        self.asked.append(question.key)
        answer = self.answers.get(question.key, Unobservable("not-there", text("nothing here")))
        if isinstance(answer, BaseException):
            raise answer
        found: T = answer
        return found


@dataclass
class Watcher:
    """An observer that keeps what it is told."""

    begun: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def begins(self, spec: CheckSpec) -> None:
        """See :class:`tutor.grading.runner.Observer`."""
        self.begun.append(spec.id)

    def internal_error(self, _spec: CheckSpec, error: BaseException) -> str | None:
        """See :class:`tutor.grading.runner.Observer`."""
        self.errors.append(error)
        return "/the/log"


def registry_of(**checks: Callable[[Host], Finding]) -> Registry:
    """A registry of checks without parameters."""
    registry = Registry()
    for name, function in checks.items():
        registry.check(name)(function)
    return registry


def question(name: str) -> Question[int]:
    """A question to a source that only the test knows."""
    return Question(name, int)
