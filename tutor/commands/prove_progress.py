"""How far a proof has come: a line on a terminal that changes, and one that stays for each machine."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import final

from tutor.commands.session import Session
from tutor.proving.plan import Errand
from tutor.proving.records import Replay
from tutor.text import text


@final
class Progress:
    """See :class:`tutor.proving.replay.Progress`; machines may tell from threads of their own."""

    def __init__(self, session: Session, errands: int) -> None:
        self._session = session
        self._errands = errands
        self._ended = 0
        self._begun = time.monotonic()
        self._line = session.transient()
        self._lock = threading.Lock()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.clear()

    def at(self, errand: Errand, what: str) -> None:
        """Said where it can be unsaid."""
        with self._lock:
            self._line.show(f"{self._ended + 1}/{self._errands} {errand.name}: {what}")

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
