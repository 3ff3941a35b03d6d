"""The one place that starts programs."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.host.question import Unobservable
from tutor.text import text

#: Bytes of output that are kept; a program that says more is stopped.
OUTPUT_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Completed:
    """How a program ended: its exit code and what it said, undecodable bytes replaced."""

    returncode: int
    stdout: str
    stderr: str


def run(
    argv: Sequence[str], *, limit: float, env: Mapping[str, str], foreground: bool = False, detached: bool = True
) -> Completed:
    """Run a program without input and wait for it at most ``limit`` seconds.

    :param foreground: leave it on the terminal, where sudo asks for its password.
    :param detached: give it a session of its own, so that its children end with it. Not so sudo:
        it remembers a password for the terminal's session (sudoers(5), timestamp_type).
    :raises Unobservable: ``program-missing``, ``timed-out``, or ``too-much-output``.
    """
    pipe = None if foreground else subprocess.PIPE
    detached = detached and not foreground
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=None if foreground else subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            env=dict(env),
            start_new_session=detached,
        )
    except OSError as error:
        raise Unobservable(
            "program-missing",
            text("{program} cannot be started: {error}", program=argv[0], error=error.strerror or str(error)),
        ) from None
    with process:
        try:
            return _collect(process, argv[0], time.monotonic() + limit)
        finally:
            _end(process, group=detached)


def _collect(process: subprocess.Popen[bytes], program: str, deadline: float) -> Completed:
    streams = [stream for stream in (process.stdout, process.stderr) if stream is not None]
    said: dict[int, bytearray] = {stream.fileno(): bytearray() for stream in streams}
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            for ready, _ in selector.select(_left(program, deadline)):
                chunk = os.read(ready.fd, 65536)
                if not chunk:
                    selector.unregister(ready.fileobj)
                said[ready.fd] += chunk
                if len(said[ready.fd]) > OUTPUT_LIMIT:
                    raise Unobservable("too-much-output", text("{program} printed without end", program=program))
    try:
        process.wait(_left(program, deadline))
    except subprocess.TimeoutExpired:
        raise _too_slow(program) from None
    out, err = (said[stream.fileno()].decode(errors="replace") for stream in streams) if streams else ("", "")
    return Completed(process.returncode, out, err)


def _left(program: str, deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _too_slow(program)
    return left


def _too_slow(program: str) -> Unobservable:
    return Unobservable("timed-out", text("{program} did not answer in time", program=program))


def _end(process: subprocess.Popen[bytes], *, group: bool) -> None:
    if group:
        # Also what the program left behind: a shell's start-up files may start anything.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        # sudo is root's by then: it gives up by itself (sudoers(5), passwd_timeout).
        with contextlib.suppress(PermissionError):
            process.kill()
