"""The clock, and what this machine itself knows of the time."""

from __future__ import annotations

import ctypes
import os
import time

from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict

#: Files that are written now and then, and never dated ahead: the clock was there already.
WITNESSES = ("/var/lib/dpkg/status", "/var/lib/apt/lists", "/var/lib/systemd/timesync/clock", "/etc/passwd")

#: adjtimex(2): what it returns while the clock is not synchronised, and the size of struct timex, generously.
_TIME_ERROR, _TIMEX = 5, 512


class Clock(TypedDict):
    """Seconds since the epoch: now, and the latest that a file of the system was written.

    ``synchronised`` is whether the kernel was told that the time is right; None where it does not say.
    """

    now: int
    seen: int
    witness: str | None
    synchronised: bool | None


def clock() -> Question[Clock]:
    """What time it is, and what speaks against it."""
    return Question("clock", Clock)


@source("clock", by="time(2), adjtimex(2), stat(2)")
def look_at_clock(_machine: Machine) -> Clock:
    """See :func:`clock`."""
    written = {path: seconds for path in WITNESSES if (seconds := _written(path)) is not None}
    witness = max(written, key=lambda path: written[path], default=None)
    return {
        "now": int(time.time()),
        "seen": written[witness] if witness else 0,
        "witness": witness,
        "synchronised": _synchronised(),
    }


def _written(path: str) -> int | None:
    try:
        return int(os.stat(path).st_mtime)
    except OSError:
        return None


def _synchronised() -> bool | None:
    """Reading alone (modes 0) needs no privilege."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR
