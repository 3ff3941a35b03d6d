"""What a hand-in is: the records of its payload, its one spelling, and its limits.

A hand-in is one text file. Its first line is the payload, as :func:`canonical` writes it. What follows,
where it is signed, is the SSH signature over exactly that line. docs/handin.md is the whole story.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from tutor.dataclass import dataclass
from tutor.handin.armour import Armour
from tutor.host.recorded import Recording

SCHEMA = 1
SUFFIX = ".tutor"

#: What a signature is for (ssh-keygen(1), ``-n``): one that was made for anything else is none of ours.
NAMESPACE = "handin@libvirt-tutor"

#: Bytes of the largest hand-in: a finished course is some hundred kilobytes.
LARGEST = 8 * 1024 * 1024

#: Bytes of journal that go along; of a longer one the latest lines.
LARGEST_JOURNAL = 4 * 1024 * 1024

#: How every payload begins: its keys are sorted, and "claim" is the first.
OPENING = b'{"claim":{'

Status = Literal["pass", "fail", "blocked", "unknown", "skip"]
Short = Annotated[str, Meta(max_length=200)]
Id = Annotated[str, Meta(max_length=300)]
Value = Annotated[str, Meta(max_length=4096)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Stamp = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}$")
]


class Student(Struct, frozen=True, forbid_unknown_fields=True):
    """Who hands in: as configured, or a pseudonym and nothing else."""

    email: Short | None
    id: Short | None
    name: Short | None
    pseudonym: Short | None


class CourseId(Struct, frozen=True, forbid_unknown_fields=True):
    """Which course, in which version, with the digest of all its lesson text."""

    digest: Short
    id: Short
    version: Short


class CheckClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """What the student's own tool said of a check; ``code`` is its cause, None on pass."""

    code: Short | None
    status: Status


class StepClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """What it said of a step; ``points`` is None while the step is unknown. Checks by their id."""

    checks: dict[Id, CheckClaim]
    points: Count | None
    status: Status


class Summary(Struct, frozen=True, forbid_unknown_fields=True, rename={"passed": "pass"}):
    """Checks by their status, and points."""

    blocked: Count
    fail: Count
    max_points: Count
    passed: Count
    points: Count
    skip: Count
    unknown: Count


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """What the student's own tool made of the machine. Steps by their id."""

    steps: dict[Id, StepClaim]
    summary: Summary


class Observed(Struct, frozen=True, forbid_unknown_fields=True):
    """The recording: what the claim rests on, reduced to what the course needs."""

    course: CourseId
    observations: dict[Value, dict[str, Any]]
    recording: Literal["libvirt-tutor"]
    schema: Literal[1]
    started: Stamp
    tool: Short
    user: Short
    variables: dict[Id, Value | int]


class JournalPart(Struct, frozen=True, forbid_unknown_fields=True):
    """The journal's lines as they are, each byte a character; ``left_out`` counts the older ones."""

    left_out: Count
    lines: list[str]


class Versions(Struct, frozen=True, forbid_unknown_fields=True):
    """The environment that it was made in; see :class:`tutor.grading.verdict.HostFacts`."""

    firewall: Short | None
    kernel: Short | None
    kvm: bool | None
    libvirt: Short | None
    os: Short | None
    python: Short
    qemu: Short | None


class Payload(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line, decoded. ``made`` is an ISO 8601 time with offset, by the student's clock."""

    claim: Claim
    course: CourseId
    handin: Literal["libvirt-tutor"]
    journal: JournalPart
    made: Stamp
    recording: Observed
    schema: Literal[1]
    student: Student
    tool: Short
    variables: dict[Id, Value | int]
    versions: Versions


@dataclass(frozen=True, slots=True)
class HandIn:
    """A hand-in that has been read: sound in form; whether it is true is for others to say.

    ``line`` is the payload's bytes with its newline, ``armour`` the signature over them, if any.
    """

    payload: Payload
    line: bytes
    armour: Armour | None

    @property
    def digest(self) -> str:
        """SHA-256 of the payload, in hex: the name of its content."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def recording(self) -> Recording:
        """What ``tutor check --from`` judges."""
        seen = self.payload.recording
        course = {"id": seen.course.id, "version": seen.course.version, "digest": seen.course.digest}
        return Recording(seen.user, seen.started, course, seen.variables, seen.observations)

    @property
    def journal(self) -> list[bytes]:
        """The journal's lines as they were, without their newlines."""
        return [line.encode("latin-1") for line in self.payload.journal.lines]


def canonical(document: Any) -> bytes:
    """The one spelling of a payload: JSON on one line, keys sorted, no spaces, ASCII, no NaN.

    :raises ValueError, TypeError: when the document is not plain JSON.
    """
    spelt = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return spelt.encode("ascii") + b"\n"
