"""The records of a class: what every view, export and page is a projection of.

All are frozen and plain, so that a report is JSON: ``tutor report --format json`` writes a :class:`Report`,
and ``schema/report-1.json`` is made from these classes. Texts are in the language of the run. Times are
ISO 8601 with offset. Everything that comes from a hand-in is hostile: it is escaped where it is shown.
"""

from __future__ import annotations

from typing import Literal

from tutor.report.findings import EnvironmentGroup, Item, Stuck, Suspicion, Undecided
from tutor.report.hand_in import Earlier, HandIn
from tutor.report.record import Record

SCHEMA = 1


class Refused(Record, frozen=True):
    """A file that is no hand-in that can be used. ``code`` is the kebab-case cause."""

    source: str
    code: str
    reason: str


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
    """Keys of students: on the roster without a hand-in that counts, and with one but not on the roster."""

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
