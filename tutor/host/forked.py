"""A second process made of this one while it is still small, which is sooner there than a new interpreter.

Nothing is imported here before the fork: whatever the other process does not need would be its as well.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from typing import BinaryIO


class Forked:
    """The other process, to whoever made it: as much of :class:`subprocess.Popen` as is asked of it.

    :param module: whose ``main`` runs there, its input and output connected with ``stdin`` and ``stdout``
        here, in a session of its own: Ctrl-C is for the tool.
    :raises OSError: there can be no more processes.
    """

    stdin: BinaryIO
    stdout: BinaryIO

    def __init__(self, module: str) -> None:
        theirs, to_them = os.pipe()
        from_them, answers = os.pipe()
        try:
            self.pid = os.fork()
        except OSError:
            for descriptor in (theirs, to_them, from_them, answers):
                os.close(descriptor)
            raise
        if self.pid == 0:
            _become(module, theirs, answers)
        os.close(theirs)
        os.close(answers)
        from threading import Lock

        self.stdin, self.stdout = os.fdopen(to_them, "wb"), os.fdopen(from_them, "rb")
        self._code: int | None = None
        self._lock = Lock()

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
        import time
        from subprocess import TimeoutExpired

        begun = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - begun > timeout:
                raise TimeoutExpired("", timeout)
            time.sleep(0.002)
        return code

    def kill(self) -> None:
        """End it."""
        from signal import SIGKILL

        if self.poll() is None:
            os.kill(self.pid, SIGKILL)


def may_fork() -> bool:
    """Whether this process is still small: no threads, which a fork would cut off, and whole streams."""
    return "threading" not in sys.modules and None not in (sys.stdin, sys.stdout, sys.stderr)


def _become(module: str, source: int, target: int) -> NoReturn:
    """Be the other process, and nothing else, whatever happens."""
    try:
        os.setsid()
        for descriptor, number in ((source, 0), (target, 1), (os.open(os.devnull, os.O_WRONLY), 2)):
            os.dup2(descriptor, number)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        from importlib import import_module

        import_module(module).main()
    finally:
        # Not the end that the tool itself would come to.
        os._exit(1)
