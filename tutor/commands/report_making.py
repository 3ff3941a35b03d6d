"""A report as the command line wishes it: what it is judged by, and by whom."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from tutor import __version__
from tutor.commands.catalogue import checks_for
from tutor.commands.report_progress import Bar
from tutor.commands.session import Session
from tutor.course.course_config import CourseConfig
from tutor.course.records import Course
from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.folders import NoHomeError, folders
from tutor.grading.fit import must_fit
from tutor.handin.memo import Judge
from tutor.handin.signers import read_signers, signers
from tutor.handin.verify import Verifier
from tutor.language import Language, translator
from tutor.report import cache
from tutor.report.build import Class
from tutor.report.build import report as make_report
from tutor.report.exports.names import ExportName
from tutor.report.judging import Sayer, Tools
from tutor.report.records import Report
from tutor.report.roster import read_roster
from tutor.report.sources import find
from tutor.report.workers import Setup
from tutor.text import text


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says of a report. ``exports`` and ``outputs`` go together, in their order."""

    paths: Sequence[str]
    roster: Path | None = None
    allowed_signers: Path | None = None
    deadline: str | None = None
    course_config: Path | None = None
    cloned: Sequence[str] = ()
    student: str | None = None
    step: str | None = None
    stuck: bool = False
    items: bool = False
    exports: Sequence[ExportName] = ()
    outputs: Sequence[Path] = ()
    assignment: str | None = None
    jobs: int | None = None
    cached: bool = True
    html: Path | None = None


def judge_class(session: Session, wishes: Wishes, course: Course, config: CourseConfig | None) -> Report:
    """Judge what the command line names; what is wrong with roster and keys is said meanwhile.

    :raises UsageError: for a path, roster, keys or deadline that cannot be used.
    """
    class_ = Class(
        course=course,
        values={name: variable.value for name, variable in course.variables.items()},
        language=session.language,
        translate=session.translate,
        tool_version=__version__,
        made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        roster=read_roster(wishes.roster) if wishes.roster else None,
        deadline=_deadline(wishes, config),
        keys=wishes.allowed_signers is not None,
        cloned=frozenset(wishes.cloned),
    )
    for fault in class_.roster.faults if class_.roster else ():
        session.say(fault)
    found = find(wishes.paths)
    with Bar(session) as bar:
        return make_report(found, _setup(session, wishes, course), class_, bar, wishes.jobs)


def _setup(session: Session, wishes: Wishes, course: Course) -> Setup:
    must_fit(course, checks_for(course))
    allowed = _allowed(session, wishes)
    make = partial(make_tools, course, session.language, allowed)
    depends = repr((__version__, session.language, course, allowed, _today(allowed))).encode(
        "utf-8", "replace"
    )
    return Setup(make, _cache_file() if wishes.cached else None, cache.stamp(*_packages(course)) + depends)


def make_tools(course: Course, language: Language, allowed: Sequence[str] | None) -> Tools:
    """What judging needs, in the process that does it."""
    registry = checks_for(course)
    verifier = Verifier(signers(allowed) if allowed is not None else None)
    return Tools(course, Judge(course, registry), Sayer(translator(language)), verifier)


def _allowed(session: Session, wishes: Wishes) -> list[str] | None:
    """The lines of the file of allowed signers; what is wrong with them is said here, and once."""
    if wishes.allowed_signers is None:
        return None
    read = read_signers(wishes.allowed_signers)
    for line in read.faults:
        session.say(
            text("{path}, line {line}: no allowed signer", path=str(wishes.allowed_signers), line=line)
        )
    content = wishes.allowed_signers.read_bytes().decode("utf-8-sig", "surrogateescape")
    return content.split("\n")


def _today(allowed: Sequence[str] | None) -> str:
    """Keys may be valid for a time: then a judgement is for a day."""
    timed = any("valid-" in line.lower() for line in allowed or ())
    return datetime.now(timezone.utc).date().isoformat() if timed else ""


def _packages(course: Course) -> list[str]:
    """The folders of the code that judges: this project's, and that of others' checks that it names."""
    import sys

    modules = {"tutor", "checks", *(each.function.__module__ for each in checks_for(course))}
    files = [getattr(sys.modules.get(name), "__file__", None) for name in sorted(modules)]
    return sorted({os.path.dirname(os.path.abspath(file)) for file in files if file})


def _cache_file() -> Path | None:
    try:
        return Path(folders(os.environ).cache, cache.FILE_NAME)
    except NoHomeError:
        return None


def _deadline(wishes: Wishes, config: CourseConfig | None) -> datetime | None:
    if wishes.deadline is None:
        return config.deadline if config else None
    try:
        found = datetime.fromisoformat(wishes.deadline.strip().replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(
            text("--deadline is no time: {word}", word=wishes.deadline),
            text("Example: --deadline 2026-12-18T23:59:00+01:00"),
        ) from None
    if len(wishes.deadline.strip()) <= len("2026-12-18"):  # a day, and so all of it
        found = found.replace(hour=23, minute=59, second=59)
    return found if found.tzinfo is not None else found.astimezone()  # the instructor's own clock
