"""A second process made of this one while it is still small, which is sooner there than a new interpreter."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from subprocess import TimeoutExpired
from typing import BinaryIO, NoReturn


class Forked:
    """The other process, to whoever made it: as much of :class:`subprocess.Popen` as is asked of it.

    :param main: what runs there, its input and output connected with ``stdin`` and ``stdout`` here, in a
        session of its own: Ctrl-C is for the tool.
    :raises OSError: there can be no more processes.
    """

    stdin: BinaryIO
    stdout: BinaryIO

    def __init__(self, main: Callable[[], None]) -> None:
        theirs, to_them = os.pipe()
        from_them, answers = os.pipe()
        try:
            self.pid = os.fork()
        except OSError:
            for descriptor in (theirs, to_them, from_them, answers):
                os.close(descriptor)
            raise
        if self.pid == 0:
            _become(main, theirs, answers)
        os.close(theirs)
        os.close(answers)
        self.stdin, self.stdout = os.fdopen(to_them, "wb"), os.fdopen(from_them, "rb")
        self._code: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        with self._lock:
            if self._code is None:
                gone, status = os.waitpid(self.pid, os.WNOHANG)
                self._code = os.waitstatus_to_exitcode(status) if gone else None
            return self._code

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended.

        :raises TimeoutExpired: it has not within so many seconds.
        """
        begun = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - begun > timeout:
                raise TimeoutExpired("", timeout)
            time.sleep(0.002)
        return code

    def kill(self) -> None:
        """End it."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def may_fork() -> bool:
    """Whether there are no threads, which a fork would cut off, and all streams."""
    return threading.active_count() == 1 and None not in (sys.stdin, sys.stdout, sys.stderr)


def _become(main: Callable[[], None], source: int, target: int) -> NoReturn:
    """Be the other process, and nothing else, whatever happens."""
    try:
        os.setsid()
        for descriptor, number in ((source, 0), (target, 1), (os.open(os.devnull, os.O_WRONLY), 2)):
            os.dup2(descriptor, number)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        main()
    finally:
        # Not the end that the tool itself would come to.
        os._exit(1)
