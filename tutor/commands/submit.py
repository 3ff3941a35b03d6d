"""``tutor submit``: one file for the teacher, with verdicts and what they rest on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from tutor import __version__
from tutor.commands.asking import agrees
from tutor.commands.catalogue import checks_for
from tutor.commands.check import judge_live, remember
from tutor.commands.identity import shown, who
from tutor.commands.session import Session
from tutor.commands.submit_file import may_be_written, usual_name, write
from tutor.commands.submit_signing import signed_by, signing
from tutor.config import Identity
from tutor.dataclass import dataclass, replace
from tutor.errors import UsageError
from tutor.grading.verdict import Grade
from tutor.handin.format import LARGEST_JOURNAL, HandIn
from tutor.handin.judge import SUMMARY, differences, judge
from tutor.handin.keys import choose_key
from tutor.handin.make import Handing, payload
from tutor.handin.read import read
from tutor.handin.reduce import Reduced, hide_login, reduce
from tutor.handin.sign import sign
from tutor.host.live import LiveHost
from tutor.host.recorded import Recording, as_document
from tutor.journal.errors import JournalError
from tutor.journal.scan import latest
from tutor.output import interface
from tutor.output.handin import Contents, render_contents
from tutor.text import Text, text

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
    student = wishes.pseudonym or identity.student_id or identity.name or ""
    target = wishes.output or Path(usual_name(session.course.id, student, made))
    replaces = os.path.lexists(target)
    if not may_be_written(session, target):
        return 1
    grade, host = judge_live(session, [])
    remember(session, grade)
    handing = _handing(wishes, identity, made)
    left_out, journal = _journal(session)
    reduced = _reduced(grade, host, hidden=wishes.pseudonym is not None)
    line = payload(grade, reduced.document, journal, handing, left_out)
    contents = Contents(
        file=str(target),
        who=Text("{who}", {"who": wishes.pseudonym}) if wishes.pseudonym else shown(identity),
        made=handing.made,
        grade=grade,
        observations=list(reduced.document["observations"]),
        journal=len(journal),
        left_out=reduced.left_out,
        signed=signed_by(key),
        apart=_apart(session, line),
    )
    session.err.write(render_contents(contents, session.translate, session.error_style))
    if not wishes.yes and not agrees(session, text("Write it?")):
        session.say(text("Nothing was written."))
        return 1
    signature = b"" if key is None else sign(line, key, signing(session))
    write(target, line + signature, agreed=replaces)
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


def _handing(wishes: Wishes, identity: Identity, made: datetime) -> Handing:
    time = made.isoformat(timespec="seconds")
    return Handing(time, identity.name, identity.email, identity.student_id, wishes.pseudonym)


def _journal(session: Session) -> tuple[int, list[bytes]]:
    try:
        return latest(session.journal.path, LARGEST_JOURNAL)
    except JournalError as error:
        session.say(text("without the journal: {reason}", reason=error.what))
        return 0, []


def _reduced(grade: Grade, host: LiveHost, *, hidden: bool) -> Reduced:
    course = grade.course.identity
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
    return [one.id for one in differences(found, judged) if one.id != SUMMARY]
