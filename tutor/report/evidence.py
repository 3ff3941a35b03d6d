"""What suspicions are made of: whose each hand-in is, how they are worded, and how much of it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.report.hand_in import Source
from tutor.report.judging import Judged
from tutor.text import Text, text

#: Students on a cloned machine from whom it can be told what was on it before it was cloned.
ENOUGH_CLONES = 3
MOST_EVIDENCE = 20

One = tuple[str, Source, Judged]
Say = Callable[[Text], str]


def cut(evidence: Sequence[str], say: Say) -> tuple[str, ...]:
    """As much of it as is read, and how much more there is."""
    more = len(evidence) - MOST_EVIDENCE
    shown = tuple(evidence[:MOST_EVIDENCE])
    return shown if more <= 0 else (*shown, say(text("and {count} more", count=more)))
