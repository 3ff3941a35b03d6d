"""The facts of a support report, each by itself: what cannot be had is said, and keeps nothing else away."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator

from tutor import __version__
from tutor import config as configuration
from tutor.commands import surroundings
from tutor.commands.arguments import plain_session
from tutor.commands.check import judge_live
from tutor.commands.progress import log_error
from tutor.commands.records import errors_log, journal_lines
from tutor.commands.secrets import privacy
from tutor.commands.session import Session
from tutor.course.records import SUBJECTS, Subject
from tutor.course.variables import resolve
from tutor.dataclass import dataclass
from tutor.errors import UserError
from tutor.grading.facts import host_facts
from tutor.grading.verdict import Grade, HostFacts, Status
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.support.redact import Privacy
from tutor.support.report import Section
from tutor.text import Text, text

#: What of the machine is told of a course that uses libvirt.
_OF_LIBVIRT = ("libvirt", "qemu", "kvm", "firewall")


@dataclass(frozen=True, slots=True)
class Collected:
    """The sections as they are, what is private in them, and a session that can print them."""

    session: Session
    sections: tuple[Section, ...]
    privacy: Privacy


def collect(session: Session) -> Collected:
    """Everything that a report holds. No part of the tool has to be in order for that."""
    session, problems = _usable(session)
    grade, host = _judged(session, problems)
    facts = grade.host if grade is not None else host_facts(host, _uses(session))

    def section(title: Text, lines: Callable[[], Iterable[str]]) -> Section:
        return Section(title, tuple(_guarded(session, lines)))

    sections = (
        section(text("Versions"), lambda: _versions(session, facts)),
        section(text("What is out of order"), lambda: problems),
        section(text("A fresh check"), lambda: _statuses(grade)),
        section(text("What could not be observed"), lambda: _failures(session, host)),
        section(text("Configuration"), lambda: _configuration(session)),
        section(text("The journal, its last lines"), journal_lines),
        section(text("The log of errors, its last lines"), errors_log),
        section(text("Terminal and locale"), lambda: surroundings.lines(session)),
    )
    return Collected(session, sections, privacy(session, host))


def _usable(session: Session) -> tuple[Session, list[str]]:
    """The session, with the defaults in place of what is broken, and what that is."""
    problems: list[str] = []
    try:
        session.config  # noqa: B018
    except UserError as error:
        session = plain_session()
        problems.append(error.what.render(session.translate))
    session.unattended = True
    if problems:
        session.config = configuration.Config()
    try:
        session.values  # noqa: B018
    except UserError as error:
        problems.append(error.what.render(session.translate))
        with contextlib.suppress(UserError):  # the course itself: said already
            session.values = resolve(session.course)
    return session, problems


def _judged(session: Session, problems: list[str]) -> tuple[Grade | None, LiveHost]:
    try:
        return judge_live(session, [])
    except UserError as error:
        reason = error.what.render(session.translate)
    except Exception as error:  # noqa: BLE001 - it is what the report is about
        log_error("tutor support", error)
        reason = f"{type(error).__name__}: {error}"
    if reason not in problems:
        problems.append(reason)
    return None, LiveHost(Machine(), log_error)


def _guarded(session: Session, lines: Callable[[], Iterable[str]]) -> Iterator[str]:
    try:
        yield from lines()
    except UserError as error:
        yield _not_collected(session, error.what)
    except Exception as error:  # noqa: BLE001 - the other sections are wanted all the same
        yield _not_collected(session, f"{type(error).__name__}: {error}")


def _not_collected(session: Session, reason: Text | str) -> str:
    return text("This could not be collected: {reason}", reason=reason).render(session.translate)


def _versions(session: Session, facts: HostFacts) -> Iterator[str]:
    import platform

    yield f"tutor: {__version__}"
    yield f"python: {platform.python_version()} ({platform.python_implementation()})"
    yield from _packages()
    for name in ("os", "kernel", *(_OF_LIBVIRT if "libvirt" in _uses(session) else ())):
        yield f"{name}: {getattr(facts, name)}"
    course = session.course
    yield f"course: {course.id} {course.version} {course.digest}"


def _uses(session: Session) -> Collection[Subject]:
    """The course's subjects; all of them where the course itself is what is broken."""
    try:
        return session.course.uses
    except UserError:
        return SUBJECTS


def _packages() -> Iterator[str]:
    from importlib.metadata import PackageNotFoundError, version

    for name in ("typer", "questionary", "libvirt-python", "lxml", "msgspec", "markdown-it-py"):
        try:
            yield f"{name}: {version(name)}"
        except PackageNotFoundError:
            yield f"{name}: -"


def _statuses(grade: Grade | None) -> Iterator[str]:
    for result in grade.steps if grade is not None else ():
        yield f"{result.step.id}: {result.status.value}"
        for verdict in result.verdicts:
            if verdict.status is not Status.PASS:
                code = verdict.finding.code or "-"
                yield f"- {verdict.spec.id}: {verdict.status.value} ({code})"


def _failures(session: Session, host: LiveHost) -> Iterator[str]:
    for seen in host.observations:
        if seen.failure is not None:
            said = seen.failure.message.render(session.translate)
            yield f"{seen.key}: {seen.failure.reason}: {said}"


def _configuration(session: Session) -> Iterator[str]:
    """Which keys are set; what to is nobody's business."""
    settings = session.config
    yield f"language: {settings.language}"
    for name in ("name", "email", "student_id"):
        yield f"identity.{name}: {'set' if getattr(settings.identity, name) else '-'}"
    for name in settings.variables:
        yield f"variables.{name}: set"
