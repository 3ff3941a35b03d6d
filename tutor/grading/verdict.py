"""What a check says, and what is made of it for a step and a course."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from tutor.course.records import CheckSpec, Course, Step
from tutor.dataclass import dataclass, field
from tutor.text import Text


class Status(str, Enum):
    """The five outcomes of a check or a step."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check function returns: the verdict without its identity.

    ``expected`` is None where the check's own sentence says it; ``code`` is a stable kebab-case
    cause, None on pass; ``fix`` is a list of commands that work in a non-interactive shell of the
    student; ``note`` is advice that changes no status; ``remember`` holds what later runs should
    know was seen, by key, for checks of the mode ``ever``.
    """

    status: Status
    observed: Text | None
    expected: Text | None = None
    code: str | None = None
    why: Text | None = None
    hint: Text | None = None
    fix: tuple[str, ...] = ()
    note: Text | None = None
    remember: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding about one check spec. ``duration`` is in seconds, ``evidence`` question keys."""

    spec: CheckSpec
    params: Mapping[str, Any]
    finding: Finding
    blocked_by: str | None = None
    evidence: tuple[str, ...] = ()
    duration: float = 0.0

    @property
    def status(self) -> Status:
        """The finding's status."""
        return self.finding.status


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step's status and points; ``points`` is None while the step is unknown."""

    step: Step
    status: Status
    points: int | None
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What the document says of the machine. Unknown fields are None.

    ``os`` is "debian 12", ``firewall`` "iptables" or "nftables", ``kvm`` whether it is usable.
    """

    id: str | None = None
    os: str | None = None
    kernel: str | None = None
    libvirt: str | None = None
    qemu: str | None = None
    kvm: bool | None = None
    firewall: str | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """One run of ``tutor check``: everything that an output format shows.

    ``started`` is an ISO 8601 time with offset, ``duration`` seconds; ``variables`` are the
    values the run used; ``notices`` are sentences about the run itself (run as root, unproven
    distribution).
    """

    course: Course
    variables: Mapping[str, str | int]
    host: HostFacts
    user: str
    started: str
    duration: float
    steps: tuple[StepResult, ...]
    tool_version: str
    notices: tuple[Text, ...] = field(default=())
