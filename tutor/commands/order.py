"""The end of a run, whatever ends it: what asks ends first, then the terminal is set right."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
#: What a shell gives for a program that a signal ended (bash(1), EXIT STATUS).
_BY_SIGNAL = 128

#: The signal that has ended this run, if one has.
_ended_by: list[int] = []
#: Closed at the end; holds the terminal's settings from the moment that somebody is asked something.
_held = contextlib.ExitStack()


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """Inside, a signal that ends the program unwinds it first."""
    before = [signal.signal(number, _end) for number in _SIGNALS]
    try:
        yield
    finally:
        from tutor.host.process import end_attached

        end_attached()
        _held.close()
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def interrupted() -> int:
    """The exit code of a run that was interrupted: by Ctrl-C, or by a signal of those above."""
    return _BY_SIGNAL + (_ended_by[0] if _ended_by else signal.SIGINT)


def keep_terminal() -> None:
    """From now on the terminal's settings are kept: sudo is about to make it silent.

    Even where this process is killed, another one gives them back.
    """
    from tutor.actions.terminal import guarded_terminal

    _held.enter_context(guarded_terminal())


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    for each in _SIGNALS:  # a second one must not disturb the first
        signal.signal(each, signal.SIG_IGN)
    _ended_by.append(number)
    # Not SystemExit: a check may raise that, and ends nothing by it.
    raise KeyboardInterrupt
