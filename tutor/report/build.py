"""From paths to a class: find, judge, join, compare, count."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tutor.course.records import Course
from tutor.dataclass import dataclass, field
from tutor.grading.outcome import max_points
from tutor.handin.read import Refusal
from tutor.report.cache import Cache
from tutor.report.findings import Suspicion
from tutor.report.items import items, undecided
from tutor.report.judging import DECODER
from tutor.report.people import Owner, People, student
from tutor.report.pool import Pool
from tutor.report.records import SCHEMA, CourseInfo, LessonInfo, Refused, Report, StepInfo, Student, Unmatched
from tutor.report.roster import Roster
from tutor.report.sources import Found, tellable
from tutor.report.standing import environments, stuck
from tutor.report.suspicions import suspicions
from tutor.report.workers import Outcome, Setup, outcomes
from tutor.text import Text, Translate

#: New judgements that are written into the cache at a time.
_BATCH = 500


class Observer(Protocol):
    """Told how far the judging has come; the core itself never prints."""

    def advanced(self, done: int, total: int) -> None:
        """So many of all hand-ins are done."""


@dataclass(frozen=True, slots=True)
class Class:
    """What a report is made with. ``keys`` is whether there is a file of allowed signers."""

    course: Course
    values: Mapping[str, str | int]
    language: str
    translate: Translate
    tool_version: str
    made: str
    roster: Roster | None = None
    deadline: datetime | None = None
    keys: bool = False
    cloned: Collection[str] = ()


@dataclass(slots=True)
class _Gathered:
    people: People
    refused: list[Refused] = field(default_factory=list)
    used: list[bytes] = field(default_factory=list)


def report(found: Found, setup: Setup, class_: Class, observer: Observer, jobs: int | None = None) -> Report:
    """Judge what was found, and make a report of it."""
    gathered = _gather(found, setup, class_, observer, jobs or os.cpu_count() or 1)
    owners = list(gathered.people.owners.values())
    students = tuple(student(owner, class_.deadline, class_.roster, keys=class_.keys) for owner in owners)
    hand_ins = [one.hand_in for one in students if one.hand_in is not None]
    course = _course(class_)
    return Report(
        report="libvirt-tutor",
        schema=SCHEMA,
        tool=class_.tool_version,
        made=class_.made,
        language=class_.language,
        course=course,
        deadline=class_.deadline.isoformat() if class_.deadline else None,
        roster=class_.roster is not None,
        keys=class_.keys,
        students=students,
        refused=tuple(sorted(gathered.refused, key=lambda one: one.source)),
        passed_over=found.passed_over,
        unmatched=_unmatched(students, class_),
        undecided=undecided(class_.course, students),
        suspicions=_suspicions(owners, class_),
        items=items(class_.course, hand_ins),
        stuck=stuck(students),
        environments=environments(hand_ins, course),
    )


def _gather(found: Found, setup: Setup, class_: Class, observer: Observer, jobs: int) -> _Gathered:
    """Every hand-in with its owner. The order of the sources decides, not that in which processes end."""
    gathered = _Gathered(People(class_.roster, class_.translate))
    gathered.refused += [_refused(name, refusal, class_.translate) for name, refusal in found.refused]
    pool, cache, fresh = Pool(), Cache(setup.cache), list[tuple[bytes, bytes]]()
    places = {source: place for place, source in enumerate(found.sources)}
    judged = {}
    for done, outcome in enumerate(outcomes(found.sources, setup, jobs), 1):
        if outcome.refusal is not None:
            gathered.refused.append(_refused(outcome.source.name, outcome.refusal, class_.translate))
        else:
            judged[places[outcome.source]] = (outcome.source, pool.shared(DECODER.decode(outcome.content)))
            _remember(outcome, fresh, gathered.used)
        if len(fresh) >= _BATCH:
            cache.keep(fresh)
            fresh.clear()
        observer.advanced(done, len(found.sources))
    cache.keep(fresh)
    cache.tidy(gathered.used)
    cache.close()
    for place in sorted(judged):
        gathered.people.add(*judged[place])
    return gathered


def _remember(outcome: Outcome, fresh: list[tuple[bytes, bytes]], used: list[bytes]) -> None:
    if outcome.fresh:
        fresh.append((outcome.key, outcome.content))
    else:
        used.append(outcome.key)


def _refused(name: str, refusal: Refusal, translate: Translate) -> Refused:
    return Refused(tellable(name), refusal.code, refusal.reason.render(translate))


def _suspicions(owners: Sequence[Owner], class_: Class) -> tuple[Suspicion, ...]:
    def say(message: Text) -> str:
        return message.render(class_.translate)

    given = {str(one.value).lower() for one in class_.course.variables.values() if one.type == "mac"}
    return suspicions(owners, roster=class_.roster, cloned=class_.cloned, given=given, say=say)


def _unmatched(students: Sequence[Student], class_: Class) -> Unmatched:
    if class_.roster is None:
        return Unmatched((), ())
    return Unmatched(
        tuple(one.key for one in students if one.person is not None and one.hand_in is None),
        tuple(one.key for one in students if one.person is None),
    )


def _course(class_: Class) -> CourseInfo:
    course = class_.course
    lessons = tuple(
        LessonInfo(
            lesson.id,
            lesson.title,
            sum(map(max_points, lesson.steps)),
            tuple(
                StepInfo(step.id, step.title, step.optional, max_points(step), step.check_ids)
                for step in lesson.steps
            ),
        )
        for lesson in course.lessons
    )
    total = sum(lesson.max_points for lesson in lessons)
    return CourseInfo(
        course.id, course.title, course.version, course.digest, total, dict(class_.values), lessons
    )
