"""``tutor support``: a report for a bug report, shown before it is written."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tutor.commands.facts import collect
from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.folders import replace_file
from tutor.output import interface
from tutor.output.report import render_report
from tutor.output.style import Style
from tutor.support.report import redacted
from tutor.text import Text, text

#: Cells of a line in the file, whatever the terminal has.
_WIDTH = 100


def support(session: Session, output: Path | None, *, yes: bool = False) -> int:
    """Show the report, then write it where a person says, or into ``output``.

    Without a terminal nobody is asked, and without ``output`` nothing is written.

    :param yes: write, and replace a file that is there, without asking.
    :raises UsageError: when the file cannot be written, or is there already.
    """
    collected = collect(session)
    session = collected.session
    report = redacted(collected.sections, collected.privacy)
    interface.write(render_report(report, session.translate, session.style), session.out, "text")
    asking = session.out.isatty() and sys.stdin.isatty() and not yes
    path = output if output is not None or not asking else _ask_where(session)
    if path is None:
        return 0
    if asking and output is not None and not _agreed(session, text("Write this to {path}?", path=str(path))):
        return 0
    _must_be_free(session, path, asking=asking, yes=yes)
    _write(path, render_report(report, session.translate, Style(width=_WIDTH)).encode(errors="replace"))
    session.say(text("Written to {path}, for you alone to read.", path=str(path)))
    return 0


def _ask_where(session: Session) -> Path | None:
    """The file to write; None where the person wants none."""
    proposed = time.strftime("tutor-support-%Y%m%d-%H%M%S.txt")
    question = text("Write this to which file? Enter: {path}; n: to none.", path=proposed)
    answer = _asked(session, question)
    if answer is None or answer.casefold() in _no(session):
        return None
    return Path(answer or proposed).expanduser()


def _must_be_free(session: Session, path: Path, *, asking: bool, yes: bool) -> None:
    if yes or not os.path.lexists(path):
        return
    taken = text("{path} is there already", path=str(path))
    if not asking or not _agreed(session, text("{taken}. Replace it?", taken=taken)):
        raise UsageError(taken, text("Name another file, or give --yes to replace it."))


def _write(path: Path, content: bytes) -> None:
    try:
        if path.exists() and not path.is_file():
            raise UsageError(text("{path} is no regular file", path=str(path)), _TIP)
        replace_file(path, content)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(text("{path} cannot be written: {error}", path=str(path), error=why), _TIP) from None


_TIP = text("Name a file in a folder of your own.")


def _agreed(session: Session, question: Text) -> bool:
    answer = _asked(session, text("{question} [y/N]", question=question))
    return answer is not None and answer.casefold() in _yes(session)


def _asked(session: Session, question: Text) -> str | None:
    """The answer, on one line; None where the input has ended."""
    session.err.write(session.error_style.show(question.render(session.translate)) + " ")
    session.err.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _yes(session: Session) -> set[str]:
    return {"y", "yes", *text("y|yes").render(session.translate).split("|")}


def _no(session: Session) -> set[str]:
    return {"n", "no", *text("n|no").render(session.translate).split("|")}
