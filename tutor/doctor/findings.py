"""What a probe finds, and what is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from tutor.dataclass import dataclass
from tutor.text import Text


class Severity(str, Enum):
    """How much a finding weighs: only a problem keeps a machine from carrying the course."""

    PROBLEM = "problem"
    UNKNOWN = "unknown"
    ADVICE = "advice"


class Health(str, Enum):
    """How a probe ended."""

    WELL = "well"
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    :param code: the stable kebab-case cause.
    :param what: what was observed.
    :param why: why that matters for the course.
    :param hint: what a person can do or look at.
    :param fix: commands for a non-interactive shell of the student that put it right; empty where
        only a person can act.
    """

    severity: Severity
    code: str
    what: Text
    why: Text | None = None
    hint: Text | None = None
    fix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How one probe ended. ``seen`` is what a well machine shows, ``reason`` why a probe was skipped.

    ``duration`` is in seconds.
    """

    probe: str
    expected: Text
    findings: tuple[Finding, ...] = ()
    seen: Text | None = None
    reason: Text | None = None
    duration: float = 0.0

    @property
    def health(self) -> Health:
        """The worst certain thing first; advice does not count."""
        found = {finding.severity for finding in self.findings}
        if Severity.PROBLEM in found:
            return Health.PROBLEM
        if Severity.UNKNOWN in found:
            return Health.UNKNOWN
        return Health.SKIPPED if self.reason is not None else Health.WELL


def problem(
    code: str, what: Text, *, why: Text, hint: Text | None = None, fix: Sequence[str] = ()
) -> Finding:
    """Something that keeps this machine from carrying the course."""
    return Finding(Severity.PROBLEM, code, what, why, hint, tuple(fix))


def advice(
    code: str, what: Text, *, why: Text | None = None, hint: Text | None = None, fix: Sequence[str] = ()
) -> Finding:
    """Something worth knowing, with which the course works."""
    return Finding(Severity.ADVICE, code, what, why, hint, tuple(fix))


def unknown(code: str, what: Text, *, hint: Text | None = None, fix: Sequence[str] = ()) -> Finding:
    """Something that could not be looked at, for this reason."""
    return Finding(Severity.UNKNOWN, code, what, None, hint, tuple(fix))


def exit_code(diagnoses: Iterable[Diagnosis]) -> int:
    """1 if there is a problem, else 3 if something could not be looked at, else 0."""
    found = {diagnosis.health for diagnosis in diagnoses}
    if Health.PROBLEM in found:
        return 1
    return 3 if Health.UNKNOWN in found else 0
