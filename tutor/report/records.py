"""The records of a class: what every view, export and page is a projection of.

All are frozen and plain, so that a report is JSON: ``tutor report --format json`` writes a :class:`Report`,
and ``schema/report-1.json`` is made from these classes. Texts are in the language of the run. Times are
ISO 8601 with offset. Everything that comes from a hand-in is hostile: it is escaped where it is shown.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

SCHEMA = 1

Status = Literal["pass", "fail", "blocked", "unknown", "skip"]
SignatureState = Literal["unsigned", "valid", "other-key", "invalid", "unknown"]
LateBy = Literal["made", "platform"]
Platform = Literal["canvas", "moodle"]


class Record(Struct, frozen=True, gc=False):
    """What all records are: not to be changed, and no work for the garbage collector."""


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


class Refused(Record, frozen=True):
    """A file that is no hand-in that can be used. ``code`` is the kebab-case cause."""

    source: str
    code: str
    reason: str


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


class Person(Record, frozen=True):
    """A row of the roster; what it does not have is empty."""

    row: int
    name: str = ""
    id: str = ""
    email: str = ""
    username: str = ""
    section: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    sis_login: str = ""
    account: str = ""
    first: str = ""
    last: str = ""


class Student(Record, frozen=True):
    """Somebody of the roster, or who handed in, or both.

    ``key`` is unique in the report. ``hand_in`` is the one that counts, None where none does; ``person`` is
    the row of the roster, None where nobody there is the one.
    """

    key: str
    name: str
    email: str | None
    id: str | None
    pseudonym: str | None
    person: Person | None
    hand_in: HandIn | None
    earlier: tuple[Earlier, ...]
    remarks: tuple[str, ...]


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
    """The machines of one kind, and how their students did: shares of the points that can be had."""

    os: str | None
    libvirt: str | None
    kvm: bool | None
    virtualization: str | None
    students: int
    mean: float
    median: float
    unknown: int


class StepInfo(Record, frozen=True):
    """A step of the course; ``checks`` are the ids of its checks, in their order."""

    id: str
    title: str
    optional: bool
    max_points: int
    checks: tuple[str, ...]


class LessonInfo(Record, frozen=True):
    """A lesson of the course with its steps."""

    id: str
    title: str
    max_points: int
    steps: tuple[StepInfo, ...]


class CourseInfo(Record, frozen=True):
    """The course that was judged by, with the instructor's numbers."""

    id: str
    title: str
    version: str
    digest: str
    max_points: int
    variables: dict[str, str | int]
    lessons: tuple[LessonInfo, ...]


class Unmatched(Record, frozen=True):
    """Who is on the roster and handed nothing in, and who handed in and is not on it. Keys of students."""

    without_hand_in: tuple[str, ...]
    not_on_roster: tuple[str, ...]


class Report(Record, frozen=True):
    """A class. ``roster`` and ``keys``: whether there were some; else nobody is unmatched, or known by key.

    ``passed_over`` counts files in folders and archives that do not look like hand-ins.
    """

    report: Literal["libvirt-tutor"]
    schema: int
    tool: str
    made: str
    language: str
    course: CourseInfo
    deadline: str | None
    roster: bool
    keys: bool
    students: tuple[Student, ...]
    refused: tuple[Refused, ...]
    passed_over: int
    unmatched: Unmatched
    undecided: tuple[Undecided, ...]
    suspicions: tuple[Suspicion, ...]
    items: tuple[Item, ...]
    stuck: tuple[Stuck, ...]
    environments: tuple[EnvironmentGroup, ...]
