"""The one place that starts programs."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from tutor.dataclass import dataclass
from tutor.host.child import Program, start
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: Bytes of output that are kept; a program that says more is stopped.
OUTPUT_LIMIT = 4 * 1024 * 1024

#: How the system says that it has too little of something to start any program (execve(2), fork(2)).
_SHORT_OF = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.E2BIG)

#: Seconds that a killed program may take to be gone.
_KILL_LIMIT = 1.0

#: Characters that are kept of what a failing program said.
_COMPLAINT = 500

#: Programs under way on the student's terminal: sudo, which may be asking for a password.
_ATTACHED: set[Program] = set()

#: Programs that were begun before anybody asked for them, by their argument list.
_BEGUN: dict[tuple[str, ...], Program] = {}


@dataclass(frozen=True, slots=True)
class Completed:
    """How a program ended: its exit code and what it said, undecodable bytes replaced."""

    returncode: int
    stdout: str
    stderr: str

    def parsed(self, command: str) -> Any:
        """The JSON that it printed; None where it printed nothing.

        :param command: what is named to people.
        :raises Unobservable: ``failed`` by the program's own word, ``malformed`` where it is no JSON.
        """
        if self.returncode != 0:
            raise Unobservable("failed", self.complaint(command))
        try:
            return json.loads(self.stdout) if self.stdout.strip() else None
        except (ValueError, RecursionError):
            raise malformed(command) from None

    def complaint(self, command: str) -> Text:
        """What it said about its failing."""
        said = self.stderr.strip()[-_COMPLAINT:] or text("exit code {code}", code=self.returncode)
        return text("{command} failed: {error}", command=command, error=said)


def malformed(command: str) -> Unobservable:
    """Why what a program printed is no answer."""
    return Unobservable("malformed", text("what {command} printed makes no sense", command=command))


def run(
    argv: Sequence[str],
    *,
    limit: float,
    env: Mapping[str, str],
    detached: bool = True,
    stdin: IO[bytes] | None = None,
) -> Completed:
    """Run a program and wait for it at most ``limit`` seconds.

    What it leaves running is not waited for, and ends with it.

    :param stdin: an open file that it reads; else it has no input.
    :param detached: give it a session of its own, so that its children end with it. Not so sudo: it asks
        on the terminal, and remembers a password for the terminal's session (sudoers(5), timestamp_type).
    :raises Unobservable: ``program-missing``, ``failed`` where the system can start no more programs,
        ``timed-out``, or ``too-much-output``.
    """
    process = _BEGUN.pop(tuple(argv), None) or _started(argv, env, stdin, detached=detached)
    try:
        return _collect(process, argv[0], time.monotonic() + limit)
    finally:
        _end(process, group=detached)
        _ATTACHED.discard(process)


def begin(argv: Sequence[str], *, env: Mapping[str, str], detached: bool = True) -> None:
    """Start a program that :func:`run` is going to be asked for, so that it works while the tool loads.

    What cannot be started is left to :func:`run`, and so is all waiting.
    """
    with contextlib.suppress(Unobservable):
        _BEGUN[tuple(argv)] = _started(argv, env, None, detached=detached)


def _started(
    argv: Sequence[str], env: Mapping[str, str], stdin: IO[bytes] | None, *, detached: bool
) -> Program:
    try:
        path = executable(argv[0], env.get("PATH", os.defpath)) if "/" not in argv[0] else argv[0]
        process = start(path or argv[0], argv, env, stdin.fileno() if stdin else None, session=detached)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        reason = "failed" if getattr(error, "errno", None) in _SHORT_OF else "program-missing"
        message = text("{program} cannot be started: {error}", program=argv[0], error=why)
        raise Unobservable(reason, message) from None
    if not detached:
        _ATTACHED.add(process)
    return process


def executable(name: str, path: str) -> str | None:
    """The first program of that name on a search path; None where there is none.

    Not by :func:`shutil.which`, which loads the libraries of three kinds of archives.
    """
    for folder in path.split(":"):
        program = os.path.join(folder, name)
        # An empty or relative folder of PATH is not where a program of the course lives.
        if folder.startswith("/") and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    return None


def end_attached() -> None:
    """End what is still asking on the terminal: the tool ends, and nobody would hear the answer.

    Whoever waits for such a program in a thread sees it end as any other.
    """
    for process in tuple(_ATTACHED):
        with contextlib.suppress(ProcessLookupError, PermissionError, TimeoutError):
            process.send(signal.SIGTERM)
            process.wait(_KILL_LIMIT)


def _collect(process: Program, program: str, deadline: float) -> Completed:
    """Read until the program has ended: what it left behind may hold its pipes open for ever."""
    said = _Output(process, program)
    with _ending(process) as ended:
        poll, left, over = select.poll(), set(said.open), False
        for descriptor in (*said.open, *([] if ended is None else [ended])):
            poll.register(descriptor, select.POLLIN)
        while not over and (left or ended is not None):
            for ready, _ in poll.poll(1000 * _left(program, deadline)):
                over = over or ready == ended
                if ready != ended and not said.read(ready):
                    poll.unregister(ready)
                    left.discard(ready)
    # Without a descriptor for its end, the end of its output came first.
    try:
        code = process.wait(_left(program, deadline))
    except TimeoutError:
        raise _too_slow(program) from None
    said.drain()
    return Completed(code, *said.decoded)


class _Output:
    """What a program says on both its streams, up to a limit."""

    def __init__(self, process: Program, program: str) -> None:
        self._program = program
        self.open = [process.stdout, process.stderr]
        self._said = {stream: bytearray() for stream in self.open}

    def read(self, stream: int) -> bool:
        """Read what is there; whether there may be more."""
        chunk = os.read(stream, 65536)
        self._said[stream] += chunk
        if len(self._said[stream]) > OUTPUT_LIMIT:
            raise Unobservable(
                "too-much-output", text("{program} printed without end", program=self._program)
            )
        return bool(chunk)

    def drain(self) -> None:
        """Read what still lies in the pipes, without waiting for more."""
        for stream in self.open:
            os.set_blocking(stream, False)
            with contextlib.suppress(BlockingIOError):
                while self.read(stream):
                    pass

    @property
    def decoded(self) -> tuple[str, str]:
        """Standard output and standard error."""
        out, err = (said.decode(errors="replace") for said in self._said.values())
        return out, err


@contextlib.contextmanager
def _ending(process: Program) -> Iterator[int | None]:
    """A descriptor that is readable once the program has ended; None where the kernel has none."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _left(program: str, deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _too_slow(program)
    return left


def _too_slow(program: str) -> Unobservable:
    return Unobservable("timed-out", text("{program} did not answer in time", program=program))


def _end(process: Program, *, group: bool) -> None:
    # What runs as root already (sudo, past its password) a student cannot end, and does not wait for either.
    with contextlib.suppress(ProcessLookupError, PermissionError, TimeoutError):
        if group:
            # Also what the program left behind: a shell's start-up files may start anything.
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            # Politely: sudo, asking, has made the terminal silent, and makes it speak again.
            process.send(signal.SIGTERM)
            process.wait(_KILL_LIMIT)
    with contextlib.suppress(PermissionError, TimeoutError):
        process.send(signal.SIGKILL)
        process.wait(_KILL_LIMIT)
    process.close()
