"""The standard streams, where somebody has closed them or filled what is behind them."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from tutor.errors import UsageError
from tutor.text import text

#: Name in ``sys``, file descriptor, and mode.
_STREAMS = (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w"))


def open_missing() -> None:
    """Open /dev/null for each standard stream that the caller closed (``>&-``).

    Python has None for such a stream, and the next file that is opened would get its number.
    """
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= _STREAMS[-1][1]:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    for name, number, mode in _STREAMS:
        if getattr(sys, name) is None:
            stream = open(number, mode, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


def lost(stream: TextIO, error: OSError) -> UsageError:
    """What to say when the disk under the output is full, or its device is gone."""
    discard(stream)
    return UsageError(
        text("the output cannot be written: {error}", error=error.strerror or str(error)),
        text("Make room, or send it elsewhere."),
    )


def is_lost(stream: TextIO) -> bool:
    """Whether what was printed cannot be written."""
    try:
        stream.flush()
    except OSError:
        return True
    return False


def discard(stream: TextIO) -> None:
    """Send what is still to be written nowhere, so that the end of the program does not fail on it."""
    with suppress(io.UnsupportedOperation):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
