"""``tutor submit``: one file for the teacher, with verdicts and what they rest on."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from tutor import __version__
from tutor.commands.asking import agrees
from tutor.commands.catalogue import checks_for
from tutor.commands.check import judge_live, remember
from tutor.commands.identity import shown, who
from tutor.commands.session import Session
from tutor.config import Identity
from tutor.dataclass import dataclass, replace
from tutor.errors import UsageError
from tutor.grading.verdict import Grade
from tutor.handin.format import LARGEST_JOURNAL, SUFFIX, HandIn
from tutor.handin.judge import differences, judge
from tutor.handin.keys import Key, choose_key
from tutor.handin.make import Handing, payload
from tutor.handin.read import read
from tutor.handin.reduce import Reduced, hide_login, reduce
from tutor.handin.sign import Run, sign
from tutor.host.live import LiveHost
from tutor.host.process import run
from tutor.host.question import Unobservable
from tutor.host.recorded import Recording, as_document
from tutor.journal.errors import JournalError
from tutor.journal.scan import latest
from tutor.output import interface
from tutor.output.handin import Contents, render_contents
from tutor.text import Text, text

#: Seconds that a signature may take where nobody is asked for anything.
_SIGN_LIMIT = 60.0
_LONGEST_PSEUDONYM = 200


@dataclass(frozen=True, slots=True)
class Wishes:
    """The command's own options, as given."""

    output: Path | None = None
    pseudonym: str | None = None
    key: str | None = None
    unsigned: bool = False
    yes: bool = False


def submit(session: Session, wishes: Wishes) -> int:
    """Grade this machine, show what is to be handed in, and write it.

    :returns: 0 once it is written, 1 when the person says no.
    """
    _must_fit(session, wishes)
    identity = Identity() if wishes.pseudonym else who(session)
    key = None if wishes.unsigned else choose_key(wishes.key, os.environ)
    made = datetime.now(timezone.utc).astimezone()
    target = wishes.output or Path(_usual_name(session, wishes, identity, made))
    replaces = os.path.lexists(target)
    if not _may_be_written(session, target):
        return 1
    grade, host = judge_live(session, [])
    remember(session, grade)
    handing = Handing(
        made.isoformat(timespec="seconds"),
        identity.name,
        identity.email,
        identity.student_id,
        wishes.pseudonym,
    )
    left_out, journal = _journal(session)
    reduced = _reduced(grade, host, hidden=wishes.pseudonym is not None)
    line = payload(grade, reduced.document, journal, handing, left_out)
    who_ = Text("{who}", {"who": wishes.pseudonym}) if wishes.pseudonym else shown(identity)
    contents = Contents(
        file=str(target),
        who=who_,
        made=handing.made,
        grade=grade,
        observations=list(reduced.document["observations"]),
        journal=len(journal),
        left_out=reduced.left_out,
        signed=_signed_by(key),
        apart=_apart(session, line),
    )
    session.err.write(render_contents(contents, session.translate, session.error_style))
    if not wishes.yes and not agrees(session, text("Write it?")):
        session.say(text("Nothing was written."))
        return 1
    signature = b"" if key is None else sign(line, key, _signing(session))
    _write(target, line + signature, agreed=replaces)
    interface.write(session.style.show(str(target)) + "\n", session.out, "text")
    return 0


def _must_fit(session: Session, wishes: Wishes) -> None:
    """Refuse what contradicts itself, before anything is looked at."""
    if wishes.unsigned and wishes.key is not None:
        raise UsageError(text("--unsigned and --key exclude each other"), text("Leave one of them out."))
    if wishes.pseudonym is not None and not _is_name(wishes.pseudonym):
        raise UsageError(
            text("--pseudonym wants a name on one line, not {name}", name=wishes.pseudonym),
            text('Example: --pseudonym "Group 7"'),
        )
    if not wishes.yes and not session.interactive:
        raise UsageError(
            text("nobody is there to be asked whether this is what should be handed in"),
            text("Say so beforehand: tutor submit --yes"),
        )


def _is_name(name: str) -> bool:
    return name.isprintable() and bool(name.strip()) and len(name) <= _LONGEST_PSEUDONYM


def _usual_name(session: Session, wishes: Wishes, identity: Identity, made: datetime) -> str:
    """Course, student and time; plain letters, for every file system and learning platform."""
    parts = (session.course.id, wishes.pseudonym or identity.student_id or identity.name or "")
    plain = [re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")[:40] for part in parts]
    return "-".join([*filter(None, plain), made.strftime("%Y%m%d-%H%M%S")]) + SUFFIX


def _may_be_written(session: Session, target: Path) -> bool:
    """Whether the file may take that name: a person is asked about one that is there already.

    :raises UsageError: where it cannot be written, or nobody is there to be asked.
    """
    if not target.parent.is_dir():
        raise UsageError(
            text("there is no folder {path}", path=str(target.parent)),
            text("Make it, or name another: --output FILE"),
        )
    if not os.path.lexists(target):
        return True
    if not target.is_file() or not session.interactive:
        raise UsageError(
            text("{path} is there already", path=str(target)), text("Name another file: --output FILE")
        )
    if agrees(session, text("{path} is there already. Replace it?", path=str(target))):
        return True
    session.say(text("Nothing was written."))
    return False


def _journal(session: Session) -> tuple[int, list[bytes]]:
    try:
        return latest(session.journal.path, LARGEST_JOURNAL)
    except JournalError as error:
        session.say(text("without the journal: {reason}", reason=error.what))
        return 0, []


def _reduced(grade: Grade, host: LiveHost, *, hidden: bool) -> Reduced:
    course = {"id": grade.course.id, "version": grade.course.version, "digest": grade.course.digest}
    recording = Recording(grade.user, grade.started, course, dict(grade.variables))
    document = as_document(recording, host.observations, __version__)
    reduced = reduce(document, grade.course, grade.variables)
    return replace(reduced, document=hide_login(reduced.document, grade.user)) if hidden else reduced


def _apart(session: Session, line: bytes) -> Sequence[str]:
    """What a teacher's tool makes of it that this one did not.

    :raises UsageError: when no tool would read it.
    """
    found = read(line)
    if not isinstance(found, HandIn):
        raise UsageError(
            text("what was seen cannot be handed in: {why}", why=found.reason),
            text("Report this, with what tutor support collects."),
        )
    judged = judge(found, session.course, checks_for(session.course))
    return [one.id for one in differences(found, judged)]


def _signed_by(key: Key | None) -> Text:
    if key is None:
        return text("no: your teacher cannot see whether it is yours")
    shown_key = key.fingerprint or key.path or ""
    if key.path is None:
        return text("with {key}, of the agent", key=f"{key.type} {shown_key}")
    return text("with {key}", key=f"{key.path} {key.fingerprint or ''}".strip())


def _signing(session: Session) -> Run:
    """How ssh-keygen is run: on the terminal where a person is there, who may be asked for a passphrase."""

    def on_terminal(words: Sequence[str]) -> tuple[int, str]:
        from tutor.actions.terminal import run_on_terminal

        return run_on_terminal(words, os.environ), ""

    def alone(words: Sequence[str]) -> tuple[int, str]:
        env = {**os.environ, "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"}
        try:
            done = run(words, limit=_SIGN_LIMIT, env=env)
        except Unobservable as failure:
            return 1, failure.message.render(session.translate)
        return done.returncode, done.stderr

    return on_terminal if session.interactive else alone


def _write(target: Path, content: bytes, *, agreed: bool) -> None:
    from tutor.folders import create_file, replace_file

    try:
        # What has come there since it was looked at is nobody's to replace.
        (replace_file if agreed else create_file)(target, content)
    except OSError as error:
        raise UsageError(
            text("{path} cannot be written: {error}", path=str(target), error=error.strerror or str(error)),
            text("Name a file in a folder of your own."),
        ) from None
