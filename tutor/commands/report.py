"""``tutor report``: a class, from what its students handed in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from tutor import __version__
from tutor.commands.catalogue import checks_for
from tutor.commands.report_exports import must_go_together, write_exports
from tutor.commands.report_progress import PAGES, Bar
from tutor.commands.session import Session
from tutor.course.course_config import CourseConfig, read_course_config
from tutor.course.load import load_course
from tutor.course.records import Course
from tutor.course.select import find_step
from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.folders import NoHomeError, folders
from tutor.grading.fit import must_fit
from tutor.handin.memo import Judge
from tutor.handin.signers import read_signers, signers
from tutor.handin.verify import Verifier
from tutor.language import Language, translator
from tutor.output import interface
from tutor.output.streams import discard
from tutor.report import cache
from tutor.report.build import Class
from tutor.report.build import report as make_report
from tutor.report.exports.aim import Aim
from tutor.report.exports.interface import of_class
from tutor.report.exports.names import ExportName
from tutor.report.judging import Sayer, Tools
from tutor.report.records import Report, Student
from tutor.report.roster import read_roster
from tutor.report.sources import find
from tutor.report.workers import Setup
from tutor.text import text

#: A report was made, but not of all files.
REFUSED = 1


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


def report(session: Session, wishes: Wishes) -> int:
    """Judge the hand-ins and show the class.

    :returns: 0; 1 where a file was refused.
    :raises UsageError: for a path, roster, deadline or course file that cannot be used.
    """
    must_go_together(wishes.exports, wishes.outputs)
    course = load_course(session.options.course, session.language)
    config = read_course_config(os.fspath(wishes.course_config), course) if wishes.course_config else None
    course = config.applied(course) if config else course
    if wishes.step is not None:
        find_step(course, wishes.step)
    if wishes.html is not None:
        from tutor.report.html.folder import must_be_ours

        must_be_ours(wishes.html)  # before the judging, which takes its time
    made = _made(session, wishes, course, config)
    if wishes.html is not None:
        _write_pages(session, wishes.html, made)
    if wishes.html is None or _asked_for_more(session, wishes):
        _show(session, wishes, made)
    return REFUSED if made.refused else 0


def _made(session: Session, wishes: Wishes, course: Course, config: CourseConfig | None) -> Report:
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
        return folders(os.environ).cache / cache.FILE_NAME
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


def _write_pages(session: Session, folder: Path, made: Report) -> None:
    from tutor.report.html.site import write_site

    with Bar(session, PAGES) as bar:
        write_site(made, folder, session.translate, bar.advanced)
    session.say(text("The pages are there: open {file}", file=os.path.join(folder, "index.html")))


def _asked_for_more(session: Session, wishes: Wishes) -> bool:
    """Whether something is to be printed beside the pages, which have all of it."""
    view = (
        wishes.student is not None
        or wishes.step is not None
        or wishes.stuck
        or wishes.items
        or wishes.exports
    )
    return bool(view) or session.options.format == "json"


def _show(session: Session, wishes: Wishes, made: Report) -> None:
    aim = Aim(session.translate, wishes.assignment or made.course.title)
    if wishes.exports:
        only = find_student(made, wishes.student) if wishes.student is not None else None
        outputs: Sequence[Path | None] = wishes.outputs or [None]
        write_exports(session, made, list(zip(wishes.exports, outputs, strict=True)), aim, only)
    elif session.options.format == "json":
        _write(session, of_class(ExportName.JSON)(made, aim))
    else:
        _write(session, [_rendered(session, wishes, made)])


def _rendered(session: Session, wishes: Wishes, made: Report) -> str:
    """The view that was asked for; the class else."""
    look = (session.translate, session.style)
    if wishes.student is not None:
        from tutor.output.class_student import render_student

        student = find_student(made, wishes.student)
        return render_student(made, student, _observed(session, student), *look)
    from tutor.output.class_views import render_items, render_step, render_stuck

    if wishes.step is not None:
        return render_step(made, wishes.step, *look)
    if wishes.stuck:
        return render_stuck(made, *look)
    if wishes.items:
        return render_items(made, *look)
    from tutor.output.class_table import render_class

    return render_class(made, *look)


def _observed(session: Session, student: Student) -> dict[str, str]:
    """What the verdicts rest on, where that is asked for."""
    if not session.style.verbose or student.hand_in is None:
        return {}
    from tutor.report.observed import Observations

    with Observations(session.translate) as observations:
        return observations.of(student.hand_in)


def find_student(made: Report, word: str) -> Student:
    """The student of that key, id, mail or name, or of a part of one of them that only one has.

    :raises UsageError: when there is none, or more than one.
    """
    wanted = word.strip().casefold()
    for found in (
        [one for one in made.students if wanted in _words(one)],
        [one for one in made.students if any(wanted in each for each in _words(one))],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(one.key for one in found[:8])
            raise UsageError(
                text("{word} is more than one student", word=word),
                text("Choose one of: {choices}", choices=names),
            )
    from tutor.course.findings import nearest

    near = ", ".join(nearest(word, [one.key for one in made.students]))
    tip = (
        text("Did you mean {names}?", names=near) if near else text("Leave --student out to see all of them.")
    )
    raise UsageError(text("there is no student {word}", word=word), tip)


def _words(one: Student) -> list[str]:
    return [name.casefold() for name in (one.key, one.id, one.email, one.name, one.pseudonym) if name]


def _write(session: Session, pieces: Iterable[str]) -> None:
    """Print them; a reader who has left (``tutor report | head``) changes nothing."""
    try:
        for piece in pieces:
            interface.write(piece, session.out, session.options.format)
    except BrokenPipeError:
        discard(session.out)
