"""``tutor check``: grade."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.commands.baseline import keep_baseline
from tutor.commands.catalogue import checks_for, first_checks
from tutor.commands.changes import course_met, since_last_run, told
from tutor.commands.order import keep_terminal
from tutor.commands.progress import Progress, log_error
from tutor.commands.session import Session
from tutor.commands.settings import belongs_to_course
from tutor.course.select import select
from tutor.course.variables import Layer, resolve
from tutor.dataclass import replace
from tutor.errors import UsageError
from tutor.grading.facts import PROVEN
from tutor.grading.fit import must_fit
from tutor.grading.grade import Run, grade, look_ahead
from tutor.grading.outcome import exit_code
from tutor.grading.verdict import Grade
from tutor.host.host import Host
from tutor.host.live import LiveHost
from tutor.host.machine import AskPassword, Machine
from tutor.host.users import user
from tutor.journal.errors import JournalError
from tutor.journal.events import check_event
from tutor.output import interface
from tutor.output.streams import discard
from tutor.text import Text, text

if TYPE_CHECKING:
    from pathlib import Path


def check(session: Session, words: Sequence[str], record: Path | None = None) -> int:
    """Grade the steps, lessons or checks that ``words`` name, or the whole course.

    :param record: where to store what the whole course asks of this machine.
    :returns: the exit code of the grade.
    """
    if record is not None and session.options.evidence is not None:
        raise UsageError(
            text("--record and --from exclude each other"), text("A recording is there already: copy it.")
        )
    clock = time.monotonic()
    result = (
        judge_recorded(session, words) if session.options.evidence else _judge_live(session, words, record)
    )
    result = replace(result, duration=time.monotonic() - clock)
    if session.options.evidence is None:
        result = replace(result, notices=(*result.notices, *news(session)))
    _publish(session, result)
    if session.options.evidence is None:
        remember(session, result)
    return exit_code(result)


def judge_recorded(session: Session, words: Sequence[str]) -> Grade:
    """Grade a recording: its user, time and numbers, and nothing of this machine."""
    from tutor.commands.evidence import evidence
    from tutor.host.recorded import RecordedHost

    recording = evidence(session)
    host = RecordedHost(recording)
    # Made with another version of the course, it may have variables that this one lacks.
    given = {name: value for name, value in recording.variables.items() if name in session.course.variables}
    if session.options.course_config is not None:  # the numbers are the instructor's, then
        given = {
            name: value
            for name, value in given.items()
            if not belongs_to_course(session.course.variables[name])
        }
    own = resolve(session.course, Layer(text("the recording"), given))
    values = {**own, **{name: session.values[name] for name in _named(session)}}
    run = Run(session.course, values, recording.user, recording.started, __version__)
    return _grade(session, run, words, host)


def judge_live(session: Session, words: Sequence[str], *, ask: bool = True) -> tuple[Grade, LiveHost]:
    """Grade this machine.

    :param ask: whether a password may be asked for, where a person is there to be asked.
    """
    if sys.platform != "linux":
        raise UsageError(
            text("tutor judges Linux machines, and this one runs {platform}", platform=sys.platform),
            text("Run it on the machine of the course, or judge a recording: tutor check --from FILE"),
        )
    machine = Machine(
        ask_password=announce(session) if ask and session.interactive else None,
        memory=memory_of(session),
    )
    host = LiveHost(machine, log_error)
    started = _now()
    run = Run(session.course, session.values, user_name(host), started, __version__)
    result = _grade(session, run, words, host)
    keep_baseline(session, machine, host)
    return result, host


def _now() -> str:
    """The time as ISO 8601 with this place's offset, to the second; see utc_now of the journal."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    return f"{now[:-2]}:{now[-2:]}"


def _judge_live(session: Session, words: Sequence[str], record: Path | None) -> Grade:
    if record is None:
        return judge_live(session, words)[0]
    select(session.course, words)  # a word that names nothing is refused before anything is stored
    # What the whole course asks is stored, so that a recording can be judged as a whole.
    whole, host = judge_live(session, [])
    _store(record, whole, host)
    run = Run(session.course, session.values, whole.user, whole.started, __version__)
    return _grade(session, run, words, host) if words else whole


def _grade(session: Session, run: Run, words: Sequence[str], host: Host) -> Grade:
    chosen = select(run.course, words)
    asking = (lambda: host.asking) if isinstance(host, LiveHost) else bool
    with session.transient() as line:
        progress = Progress(line, asking)
        ahead = look_ahead(run, chosen, host, first_checks())
        registry = checks_for(run.course)
        must_fit(run.course, registry)
        result = grade(run, chosen, host, registry, progress, ahead=ahead)
    return replace(result, notices=tuple(notices_on(result, host)))


def notices_on(result: Grade, host: Host) -> list[Text]:
    """What is to be said of a run itself: whose it is, and on what system."""
    notices = []
    if (as_root := root_notice(host)) is not None:
        notices.append(as_root)
    if result.host.os is not None and result.host.os not in PROVEN:
        notices.append(
            text(
                "Unproven on {os}: this tutor is tested on {proven}.",
                os=result.host.os,
                proven=", ".join(PROVEN),
            )
        )
    return notices


def root_notice(host: Host) -> Text | None:
    """What to say to root, who is not whom the course is about; None to anybody else."""
    try:
        me = host.ask(user())
    except Exception:  # noqa: BLE001 - a notice is no verdict
        return None
    if me["uid"] != 0:
        return None
    whom = me["sudo_user"] or text("the student")
    return text(
        "Run as root: groups, environment and access are root's here. Run it as {user}, without sudo.",
        user=whom,
    )


def _store(path: Path, whole: Grade, host: LiveHost) -> None:
    from tutor.folders import replace_file
    from tutor.host.recorded import Recording, write

    course = whole.course.identity
    recording = Recording(whole.user, whole.started, course, dict(whole.variables))
    content = write(recording, host.observations, __version__)
    try:
        replace_file(path, content)
    except OSError as error:
        raise UsageError(
            text("{path} cannot be written: {error}", path=str(path), error=error.strerror or str(error)),
            text("Name a file in a folder of your own."),
        ) from None


def _publish(session: Session, result: Grade) -> None:
    """Print the grade. A reader who has left (``tutor check | head``) changes no verdict."""
    document = interface.find(session.options.format)(result, session.translate, session.style)
    if session.options.format != "text":
        for notice in result.notices:  # the text has them in it, the machine formats have no place for them
            session.say(notice)
    try:
        interface.write(document, session.out, session.options.format)
    except BrokenPipeError:
        discard(session.out)


def remember(session: Session, result: Grade) -> None:
    """Journal the run. A journal that cannot be written costs nobody a verdict."""
    try:
        journal = session.journal
        for step in result.steps:
            for verdict in step.verdicts:
                journal.remember(verdict.finding.remember)
        journal.append_all([*course_met(journal, result), check_event(result)])
    except JournalError as error:
        session.say(text("not journalled: {reason}", reason=error.what))


def news(session: Session) -> list[Text]:
    """What of the course is new or changed since its student was here; nothing where that is not known."""
    try:
        return list(told(since_last_run(session.journal, session.course)))
    except JournalError:
        return []


class _NoMemory:
    """The memory of a user who has no journal."""

    def answers(self) -> Mapping[str, Mapping[str, list[str]]]:
        return {}

    def remembered(self) -> Mapping[str, Any]:
        return {}


def memory_of(session: Session) -> Any:
    """What was recorded earlier; nothing where there is no journal to read."""
    try:
        return session.journal
    except JournalError:
        return _NoMemory()


def announce(session: Session) -> AskPassword:
    """What is said before sudo asks for a password."""

    def announce(purpose: Text, command: Sequence[str]) -> None:
        session.say(text("{purpose} needs sudo: {command}", purpose=purpose, command=" ".join(command)))
        keep_terminal()

    return announce


def user_name(host: LiveHost) -> str:
    """The name of who runs the tool, or the number where there is none."""
    observation = host.observe(user())
    return str(observation.value["name"]) if observation.failure is None else str(os.getuid())


def _named(session: Session) -> list[str]:
    return [word.partition("=")[0] for word in session.options.variables]
