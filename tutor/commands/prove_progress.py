"""How far a proof has come: a line on a terminal that changes, and one that stays for each machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from tutor.commands.session import Session
from tutor.output.transient import Transient
from tutor.proving.plan import Errand
from tutor.proving.records import Replay
from tutor.text import text


class Progress:
    """See :class:`tutor.proving.replay.Progress`; machines may tell from threads of their own."""

    def __init__(self, session: Session, line: Transient, errands: int) -> None:
        self._session = session
        self._line = line
        self._errands = errands
        self._ended = 0
        self._begun = time.monotonic()
        self._lock = threading.Lock()

    def at(self, errand: Errand, what: str) -> None:
        """Said where it can be unsaid."""
        with self._lock:
            self._line.show(f"{self._ended + 1}/{self._errands} {errand.name}: {what}")

    def begins_again(self, errand: Errand, spoilt: Sequence[str]) -> None:
        """Said where it stays: no fault of the course, and no secret either."""
        told = text(
            "{machine}: once more on another machine, for this one broke: {reason}",
            machine=errand.name,
            reason="; ".join(spoilt),
        )
        with self._lock:
            self._line.clear()
            self._session.say(told)

    def ends(self, errand: Errand, replay: Replay) -> None:
        """One machine is done."""
        faults = len(replay.faults) + sum(len(one.faults) for one in replay.states)
        told = text(
            "{machine}: {states} states made, {faults} faults, after {seconds} s",
            machine=errand.name,
            states=len(replay.states),
            faults=faults,
            seconds=round(time.monotonic() - self._begun),
        )
        with self._lock:
            self._ended += 1
            self._line.clear()
            self._session.say(told)
