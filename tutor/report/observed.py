"""What a student's machine answered, for whoever doubts a verdict: read back from the hand-in itself.

A report of thousands does not carry it along: it is fetched for the few who are looked at, or page by page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, final

from tutor.handin.format import HandIn as Given
from tutor.handin.read import read
from tutor.host.recorded import failure_of
from tutor.report.archives import ArchiveRefused
from tutor.report.hand_in import HandIn
from tutor.report.sources import Reader
from tutor.text import Translate

#: Characters of a piece of an answer that are shown, and pieces of one.
LONGEST, MOST = 300, 24


@final
class Observations:
    """Fetches them, hand-in after hand-in. A context: it keeps archives open."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate
        self._reader = Reader()

    def __enter__(self) -> Observations:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    def of(self, hand_in: HandIn) -> dict[str, str]:
        """Answers as lines to be read, by question; none where the file is no longer what was judged."""
        try:
            given = read(self._reader.content(hand_in.source))
        except ArchiveRefused:
            return {}
        if not isinstance(given, Given) or given.digest != hand_in.digest:
            return {}
        seen = given.payload.recording.observations
        return {key: self._told(key, observation) for key, observation in seen.items()}

    def _told(self, key: str, observation: Mapping[str, Any]) -> str:
        if observation.get("failure") is not None:
            failure = failure_of(key, observation["failure"])
            return _short(f"{failure.reason}: {failure.message.render(self._translate)}")
        return told(observation.get("value"))


def told(value: Any) -> str:
    """An answer for people: a line for each of its pieces, none of them long."""
    if isinstance(value, dict):
        pieces = [f"{name}: {_plain(inner)}" for name, inner in value.items()] or ["{}"]
    elif isinstance(value, list):
        pieces = [_plain(inner) for inner in value] or ["[]"]
    else:
        pieces = [_plain(value)]
    more = len(pieces) - MOST
    lines = [_short(piece) for piece in pieces[:MOST]]
    return "\n".join([*lines, f"... (+{more})"] if more > 0 else lines)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(piece: str) -> str:
    """On one line, and not long; how much is missing is said."""
    piece = " ".join(piece.split())
    return piece if len(piece) <= LONGEST else f"{piece[:LONGEST]} ... (+{len(piece) - LONGEST})"
