"""A command run for the student, on the student's own terminal, which is as it was afterwards."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

from tutor.errors import UserError
from tutor.text import text

#: What a shell gives for a command that a signal ended (bash(1), EXIT STATUS).
_BY_SIGNAL = 128


def run_on_terminal(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a program with this process's input and output, and wait for it.

    It may ask (sudo for a password), draw, and be interrupted: Ctrl-C is for it, and this process
    goes on. However it ends, the terminal is as it was before.

    :param argv: the program, found on the PATH of ``environ``, and its arguments.
    :returns: the exit code, as a shell would give it: 128 and the signal's number when one ended it.
    :raises UserError: when it cannot be started.
    """
    with kept_terminal(), _interrupts_for_the_child():
        try:
            process = subprocess.Popen(list(argv), env=dict(environ))
        except OSError as error:
            what = text("{program} cannot be started: {error}", program=argv[0], error=error.strerror or "")
            raise UserError(what, text("Install it, or run the command in another terminal.")) from None
        try:
            code = process.wait()
        except BaseException:  # this process is being ended: its child must not go on without it
            process.terminate()
            raise
    return code if code >= 0 else _BY_SIGNAL - code


@contextlib.contextmanager
def kept_terminal() -> Iterator[None]:
    """Give standard input's terminal back its settings at the end, whatever was done to them."""
    import termios

    try:
        descriptor = sys.stdin.fileno()
        settings = termios.tcgetattr(descriptor)
    except (OSError, ValueError, termios.error):  # no terminal: nothing to keep
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, settings)


@contextlib.contextmanager
def guarded_terminal() -> Iterator[None]:
    """As :func:`kept_terminal`, and also where this process is killed: another one waits for that.

    It is in a session of its own, so that what ends us does not end it, and the terminal lets it write.
    """
    with kept_terminal():
        guard = _guard()
        try:
            yield
        finally:
            if guard is not None and guard.stdin is not None:
                with contextlib.suppress(OSError):
                    guard.stdin.write(b"\n")
                    guard.stdin.close()
                guard.wait()


def _guard() -> subprocess.Popen[bytes] | None:
    """A shell that waits for a line, and sets the terminal right when its input ends without one."""
    script = 'read -r _ || exec stty "$1" <&1'
    try:
        terminal = sys.stdin.fileno()
        settings = subprocess.run(["stty", "-g"], stdin=terminal, capture_output=True, text=True, check=True)
        return subprocess.Popen(
            ["sh", "-c", script, "tutor-terminal", settings.stdout.strip()],
            stdin=subprocess.PIPE,
            stdout=terminal,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):  # no terminal, or no stty
        return None


@contextlib.contextmanager
def _interrupts_for_the_child() -> Iterator[None]:
    """Both get a Ctrl-C on the terminal; only the child is to end by it.

    A handler that does nothing, not SIG_IGN: the child would inherit that (execve(2)).
    """
    signals = (signal.SIGINT, signal.SIGQUIT)
    before = [signal.signal(number, _disregard) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _disregard(_number: int, _frame: FrameType | None) -> None:
    """Nothing happens."""
