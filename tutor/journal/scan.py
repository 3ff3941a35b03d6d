"""Streaming over the journal's lines, in bounded memory, without parsing them."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING

from tutor.journal.errors import explained
from tutor.journal.line import MAX_LINE
from tutor.journal.storage import open_to_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.folders import StrPath

_BUFFER = 1 << 18


def pieces(path: StrPath) -> Iterator[bytes]:
    """The file line by line, newlines kept; a line that is too long comes in several pieces.

    A piece without newline is either followed by the rest of its line, or the end of the file.
    Readers take no lock: all that they can meet of a line being written is its beginning.
    """
    with explained(path):
        fd = open_to_read(path)
        if fd is None:
            return
        with os.fdopen(fd, "rb", buffering=_BUFFER) as file:
            while piece := file.readline(MAX_LINE + 1):
                yield piece


def latest(path: StrPath, room: int) -> tuple[int, list[bytes]]:
    """How many lines are left out, and the latest lines, as many as ``room`` bytes hold, oldest first.

    Without their newlines, and as they are: what is damaged stays damaged.
    """
    kept: deque[bytes] = deque()
    left_out, size = 0, 0
    for line in _whole_lines(path, room):
        kept.append(line)
        size += len(line) + 1
        while size > room:
            size -= len(kept.popleft()) + 1
            left_out += 1
    return left_out, list(kept)


def _whole_lines(path: StrPath, room: int) -> Iterator[bytes]:
    """The lines; of one that is longer than there is room for, what is too much, so that it is left out."""
    line = b""
    for piece in pieces(path):
        line = line + piece if len(line) <= room else line
        if piece.endswith(b"\n"):
            yield line.removesuffix(b"\n")
            line = b""
    if line:
        yield line


def forwards(path: StrPath, opening: bytes) -> Iterator[bytes]:
    """The lines that begin with ``opening``, oldest first; too long ones are left out."""
    inside = False  # of a line that is too long
    for piece in pieces(path):
        begins, inside = not inside, len(piece) > MAX_LINE and piece[-1:] != b"\n"
        if begins and not inside and piece.startswith(opening):
            yield piece


def backwards(path: StrPath, opening: bytes) -> Iterator[bytes]:
    """The lines that begin with ``opening``, newest first; too long ones are left out."""
    carried: bytes | None = b""  # the end of a line whose beginning is not read yet; None: too long
    for block in _blocks_from_the_end(path):
        first, *rest = block.split(b"\n")
        if rest:
            last = rest.pop()
            yield from _wanted([last + carried] if carried is not None else [], opening)
            yield from _wanted(reversed(rest), opening)
            carried = first
        else:
            carried = first + carried if carried is not None else None
        if carried is not None and len(carried) > MAX_LINE:
            carried = None
    yield from _wanted([carried] if carried is not None else [], opening)


def _wanted(lines: Iterable[bytes], opening: bytes) -> Iterator[bytes]:
    return (line for line in lines if line.startswith(opening) and len(line) <= MAX_LINE)


def _blocks_from_the_end(path: StrPath) -> Iterator[bytes]:
    with explained(path):
        fd = open_to_read(path)
        if fd is None:
            return
        try:
            end = os.fstat(fd).st_size
            while end > 0:
                begin = max(0, end - _BUFFER)
                yield os.pread(fd, end - begin, begin)
                end = begin
        finally:
            os.close(fd)
