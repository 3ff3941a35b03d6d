"""The records of what a whole class shows: what is odd, what goes wrong, who is stuck, on which machines."""

from __future__ import annotations

from tutor.report.record import Record, Status


class Suspicion(Record, frozen=True):
    """Something to look into, and never a proof: the students, what it is about, and what was seen.

    ``kind`` is ``same-machine``, ``shared-uuid``, ``shared-mac``, ``shared-disk``, ``shared-journal``,
    ``forked-journal``, ``same-hand-in``, ``other-signer``, ``other-account``, ``changed``,
    ``clock-backwards``, ``contradiction`` or ``broken-chain``.
    """

    kind: str
    students: tuple[str, ...]
    sentence: str
    evidence: tuple[str, ...]


class Observed(Record, frozen=True):
    """What was seen where a check did not pass, and how often."""

    text: str
    count: int


class Cause(Record, frozen=True):
    """One way in which a check did not pass. ``observed`` are the most frequent of what was seen."""

    status: Status
    code: str | None
    count: int
    observed: tuple[Observed, ...]


class Item(Record, frozen=True):
    """A check over the whole class: how often it ended in which way, and on what."""

    id: str
    step: str
    passed: int
    failed: int
    blocked: int
    unknown: int
    skipped: int
    causes: tuple[Cause, ...]


class Undecided(Record, frozen=True):
    """A check that could not be looked at, so that a person has to decide on its step."""

    student: str
    step: str
    check: str
    code: str | None
    reason: str | None
    points: int


class Stuck(Record, frozen=True):
    """A student and the step that was tried most since anything last went forward there.

    ``idle`` is seconds from ``since`` (the last progress on it, else the first attempt) to the hand-in.
    """

    student: str
    step: str
    attempts: int
    since: str
    idle: int


class EnvironmentGroup(Record, frozen=True):
    """The machines of one kind, and how their students did: shares of the points that are decided.

    ``mean`` and ``median`` leave out what could not be looked at, which is no zero; None where that is all.
    ``unknown`` are the students of whom something could not be.
    """

    os: str | None
    libvirt: str | None
    kvm: bool | None
    virtualization: str | None
    students: int
    mean: float | None
    median: float | None
    unknown: int
