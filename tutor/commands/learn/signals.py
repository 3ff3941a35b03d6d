"""Ended from outside: the terminal and its cursor are as before, and the exit code says by what."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from tutor.actions.terminal import kept_terminal
from tutor.output.streams import discard

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
#: Cursor shown, bracketed paste off: what a drawn menu may have left otherwise.
_AS_BEFORE = b"\x1b[?25h\x1b[?2004l\x1b[0m\r\x1b[J"


@contextlib.contextmanager
def ended_tidily(*, draws: bool) -> Iterator[None]:
    """Inside, a signal that ends the program unwinds it first.

    :param draws: whether menus were drawn.
    """
    before = [signal.signal(number, _end) for number in _SIGNALS]
    try:
        with kept_terminal():
            yield
    except SystemExit as ending:
        _tidy(int(ending.code or 0), draws=draws)
        raise
    finally:
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    for one in _SIGNALS:  # a second one must not disturb the first
        signal.signal(one, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _tidy(code: int, *, draws: bool) -> None:
    if draws:
        with contextlib.suppress(OSError):
            os.write(sys.stdout.fileno(), _AS_BEFORE)
    if code == 128 + signal.SIGHUP:  # the terminal is gone: nothing more can be written to it
        for stream in (sys.stdout, sys.stderr):
            discard(stream)
