"""The records of a hand-in, judged again: what was claimed, what was found, and how the student came to it.

Everything in them that comes from the file is hostile: it is escaped where it is shown.
"""

from __future__ import annotations

from typing import Literal

from tutor.report.record import Record, Status

SignatureState = Literal["unsigned", "valid", "other-key", "invalid", "unknown"]
LateBy = Literal["made", "platform"]
Platform = Literal["canvas", "moodle"]


class Source(Record, frozen=True):
    """Where a hand-in lies.

    ``name`` is for people; ``members`` leads from the file at ``path`` through archives to the hand-in, the
    number of each entry. What the learning platform says of it stands in the entry's name: whose
    ``account`` (Canvas' user id, Moodle's participant number), under which name, and whether it was late.
    """

    name: str
    path: str
    members: tuple[int, ...] = ()
    platform: Platform | None = None
    account: str | None = None
    account_name: str | None = None
    late: bool = False


class Signature(Record, frozen=True):
    """Who signed it; see :class:`tutor.handin.verify.Signature`."""

    state: SignatureState
    key_type: str | None = None
    fingerprint: str | None = None
    principal: str | None = None
    reason: str | None = None


class Break(Record, frozen=True):
    """A place where the journal is not what the tool wrote. ``line`` counts from 1."""

    line: int
    code: str
    what: str


class Chain(Record, frozen=True):
    """The journal that went along; ``breaks`` are the first of its ``broken`` ones, none in an honest one."""

    lines: int
    left_out: int
    broken: int
    breaks: tuple[Break, ...]
    head: str


class Check(Record, frozen=True):
    """A check, judged again. ``evidence`` names the observations that it rests on."""

    id: str
    status: Status
    code: str | None = None
    expected: str | None = None
    observed: str | None = None
    note: str | None = None
    blocked_by: str | None = None
    evidence: tuple[str, ...] = ()


class Step(Record, frozen=True):
    """A step, judged again. ``points`` is None while it is unknown: a person decides."""

    id: str
    status: Status
    points: int | None
    checks: tuple[Check, ...]


class Difference(Record, frozen=True):
    """Where the student's own verdict and ours part: about a check, a step, or ``summary``."""

    id: str
    claimed: str | None
    judged: str | None


class OtherNumber(Record, frozen=True):
    """A number of the course that the student's tool had otherwise."""

    name: str
    given: str
    ours: str


class Environment(Record, frozen=True):
    """The machine. ``virtualization`` is ``none``, ``vm`` or ``container``; None is not known."""

    # Not HostFacts, though it has most of its fields: this is stored, sent between processes and exported,
    # and what a run may find out tomorrow must not change what is in files.
    os: str | None = None
    kernel: str | None = None
    libvirt: str | None = None
    qemu: str | None = None
    kvm: bool | None = None
    firewall: str | None = None
    virtualization: str | None = None


class Moment(Record, frozen=True):
    """What a check run in the journal changed, and how many runs before it changed nothing.

    ``done`` are the steps that passed for the first time or again, ``lost`` those that no longer did;
    ``steps_done`` is how many had passed by then, ``answers`` how many quiz answers preceded it.
    """

    time: str
    runs: int
    answers: int
    done: tuple[str, ...]
    lost: tuple[str, ...]
    steps_done: int


class Attempt(Record, frozen=True):
    """A step that was tried and is not done.

    ``attempts`` counts the runs that found it not done since it last was, or at all; ``progress`` is the
    last time that one more of its checks passed, None where none ever did; ``first`` and ``latest`` are the
    first and the last of the runs.
    """

    step: str
    attempts: int
    first: str
    latest: str
    progress: str | None


class HandIn(Record, frozen=True):
    """A hand-in, judged again with today's checks and the instructor's numbers.

    ``late`` is None where there is no deadline and the platform does not say. ``undecided`` are the steps
    whose points a person has to decide on; ``points`` leaves them out.
    """

    source: Source
    digest: str
    made: str
    started: str
    user: str
    tool: str
    course: str
    course_version: str
    same_course: bool
    late: bool | None
    late_by: LateBy | None
    signature: Signature
    chain: Chain
    environment: Environment
    claimed_points: int
    claimed_max_points: int
    points: int
    max_points: int
    undecided: tuple[str, ...]
    differences: tuple[Difference, ...]
    other_numbers: tuple[OtherNumber, ...]
    steps: tuple[Step, ...]
    timeline: tuple[Moment, ...]
    attempts: tuple[Attempt, ...]


class Earlier(Record, frozen=True):
    """A hand-in that does not count: an older one, or one that was changed after it was signed."""

    source: Source
    digest: str
    made: str
    late: bool | None
    signature: SignatureState
    points: int
    max_points: int
    undecided: int
