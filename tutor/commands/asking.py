"""Questions that are asked on a plain line: yes or no, or a word. Only where a person is there."""

from __future__ import annotations

import sys

from tutor.commands.session import Session
from tutor.text import Text, text

_YES = ("", "y", "yes", "j", "ja")


def agrees(session: Session, question: Text) -> bool:
    """Whether the person says yes; Enter is yes, the end of the input no."""
    said = _line(session, text("{question} [Y/n] ", question=question))
    return said is not None and said.strip().casefold() in _YES


def said(session: Session, question: Text) -> str:
    """What the person types; nothing is an empty text."""
    return (_line(session, text("{question}: ", question=question)) or "").strip()


def _line(session: Session, prompt: Text) -> str | None:
    session.err.write(session.error_style.show(prompt.render(session.translate)))
    session.err.flush()
    line = sys.stdin.readline()
    if not line:
        session.err.write("\n")
        return None
    return line.rstrip("\n")
