"""Processes that this one starts: as much of ``subprocess`` as a run asks for, and sooner there.

What that module brings along (locales, selectors, the encodings of pipes) takes 3 ms to load, before anything
else of a run can begin. Descriptors of ours are closed in what is started, for Python opens none that is not
(PEP 446).
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence

#: Signals that Python ignores, and whoever is started should not (as subprocess's restore_signals).
_RESTORED = (signal.SIGPIPE, signal.SIGXFSZ)

#: Seconds between looks at whether it has ended.
_LOOK = 0.002


class Child:
    """A process that this one has started, and waits for.

    Any thread may ask it at any time.

    :ivar returncode: its exit code, negative for the signal that ended it; None as long as nobody has seen
        its end.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        with self._lock:
            return self._look()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended.

        :raises TimeoutError: it has not within so many seconds.
        """
        begun = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - begun > timeout:
                raise TimeoutError
            time.sleep(_LOOK)
        return code

    def send(self, number: int) -> None:
        """Send it a signal, unless it has ended.

        :raises PermissionError: it runs as another user.
        """
        with self._lock:  # nobody else sees its end meanwhile, after which the number may be another's
            if self._look() is None:
                os.kill(self.pid, number)

    def _look(self) -> int | None:
        if self.returncode is None:
            gone, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if gone else None
        return self.returncode


class Program(Child):
    """A program that was started, and what it says.

    :ivar stdout: descriptor that its output is read from; ``stderr`` likewise.
    """

    def __init__(self, pid: int, stdout: int, stderr: int) -> None:
        super().__init__(pid)
        self.stdout, self.stderr = stdout, stderr

    def close(self) -> None:
        """Hear no more of it."""
        os.close(self.stdout)
        os.close(self.stderr)


def start(
    program: str, argv: Sequence[str], env: Mapping[str, str], stdin: int | None, *, session: bool
) -> Program:
    """Start a program.

    :param program: its path.
    :param stdin: what it reads; None: nothing.
    :param session: give it a session of its own.
    :raises OSError: it cannot be started. :raises ValueError: no program can have such an argument.
    """
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        (out, its_out), (err, its_err) = _pipe(ours, theirs), _pipe(ours, theirs)
        nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
        connected = [
            nothing if stdin is None else (os.POSIX_SPAWN_DUP2, stdin, 0),
            (os.POSIX_SPAWN_DUP2, its_out, 1),
            (os.POSIX_SPAWN_DUP2, its_err, 2),
        ]
        pid = os.posix_spawn(
            program, list(argv), env, file_actions=connected, setsid=session, setsigdef=_RESTORED
        )
        ours.pop_all()
    return Program(pid, out, err)


def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[int, int]:
    """Both ends of a pipe, each closed with its stack."""
    out, its_out = os.pipe()
    ours.callback(os.close, out)
    theirs.callback(os.close, its_out)
    return out, its_out
