"""What other threads have for the one that judges."""

from __future__ import annotations

import contextlib
import os
import queue
from collections.abc import Callable


class Mailbox:
    """Work that is posted from any thread and done in one; readable when there is some."""

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._awake, self._alarm = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._awake

    def post(self, work: Callable[[], None]) -> None:
        """Leave work to be done."""
        self._posted.put(work)
        with contextlib.suppress(OSError):  # full: whoever waits will wake; closed: nobody does any more
            os.write(self._alarm, b"!")

    def work(self) -> None:
        """Do all that was posted so far."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._awake, 4096):
                pass
        with contextlib.suppress(queue.Empty):
            while True:
                self._posted.get_nowait()()

    def close(self) -> None:
        """Nobody works any more."""
        # Not the other end: a thread may still write to it, and must not meet another file there.
        os.close(self._awake)
