"""The dialogue that a terminal can carry: drawn with questionary, or numbered lines."""

from __future__ import annotations

import os

from tutor.commands.learn.dialogue import Dialogue
from tutor.commands.session import Session

#: Below this a drawn menu is cut off at the side, or scrolls away.
_NARROWEST, _LOWEST = 40, 12


def dialogue_for(session: Session) -> Dialogue:
    """Drawn where the terminal is made for it; numbered lines for screen readers and small terminals."""
    if not _may_be_drawn(session):
        from tutor.commands.learn.numbered import Numbered

        return Numbered(session)
    from tutor.commands.learn.drawn import Drawn

    return Drawn(session)


def _may_be_drawn(session: Session) -> bool:
    style = session.style
    if style.plain or style.ascii or os.environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        return False
    size = os.get_terminal_size(session.out.fileno())
    # Some pseudo-terminals say nothing of their size.
    return (size.columns or _NARROWEST) >= _NARROWEST and (size.lines or _LOWEST) >= _LOWEST
