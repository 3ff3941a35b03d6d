"""The journal's file: opened safely, locked for a bounded time, extended whole or not at all."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass
from tutor.folders import PRIVATE_FILE, make_private, sync_folder
from tutor.journal.errors import explained, in_use, not_a_file, too_long
from tutor.journal.line import GENESIS, MAX_LINE, assemble, digest, encode, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tutor.folders import StrPath
    from tutor.journal.line import Event

# A symbolic link could lead a write anywhere; without O_NONBLOCK, opening a FIFO would hang.
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PAUSE = 0.002
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the next line goes: its offset, its predecessor's digest, and a newline owed before it."""

    offset: int
    prev: str
    owed: bytes = b""


def open_to_read(path: StrPath) -> int | None:
    """A descriptor of the journal; None when there is no journal yet.

    :raises JournalError: when it is not an ordinary file, or may not be read.
    """
    with explained(path):
        try:
            fd = os.open(path, os.O_RDONLY | _SAFE)
        except FileNotFoundError:
            return None
        return _ordinary(fd, path)


def extend(path: StrPath, events: Sequence[Event], clock: Callable[[], str], wait: float) -> None:
    """Append the events in one write, after mending a torn last line; all of them or none.

    :param clock: the time as ISO 8601, asked under the lock so that times follow the chain.
    :param wait: how long to wait for other writers, in seconds.
    :raises JournalError: when that is not possible; the journal then is as it was.
    """
    encoded = [(kind, encode(data)) for kind, data in events]
    with explained(path), _locked(path, wait) as fd:
        tail = mend(fd)
        lines = _chain(encoded, clock(), tail.prev)
        longest = max(map(len, lines), default=0)
        if longest > MAX_LINE:
            raise too_long(path, longest, MAX_LINE)
        _write_whole(fd, tail.owed + b"".join(line + b"\n" for line in lines), tail.offset)
        if tail.offset == 0:
            sync_folder(os.path.dirname(path))


def mend(fd: int) -> Tail:
    """Take away a torn last line; the caller holds the lock. Says where the next line goes.

    A torn line is never valid JSON, since its last brace is missing. A last line that only lacks
    its newline is complete. One too long to be ours is kept: it is not this tool's to delete.
    """
    tail = find_tail(fd)
    if tail.owed and _is_torn(fd, tail.offset):
        os.ftruncate(fd, _line_start(fd, tail.offset))
        return find_tail(fd)
    return tail


def find_tail(fd: int) -> Tail:
    """The end of the file as it is, torn last line included."""
    size = os.fstat(fd).st_size
    if size == 0:
        return Tail(0, GENESIS)
    ended = os.pread(fd, 1, size - 1) == b"\n"
    end = size - ended
    return Tail(size, _digest_between(fd, _line_start(fd, end), end), b"" if ended else b"\n")


def _is_torn(fd: int, end: int) -> bool:
    start = _line_start(fd, end)
    return end - start <= MAX_LINE and parse(os.pread(fd, end - start, start)) is None


def _line_start(fd: int, end: int) -> int:
    """Where the line that ends before ``end`` (its newline or the end of file) begins."""
    while end > 0:
        begin = max(0, end - _BLOCK)
        found = os.pread(fd, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _digest_between(fd: int, start: int, end: int) -> str:
    from tutor.digest import sha256

    if end - start <= MAX_LINE:
        return digest(os.pread(fd, end - start, start))
    state = sha256()
    for offset in range(start, end, _BLOCK):
        state.update(os.pread(fd, min(_BLOCK, end - offset), offset))
    return state.hexdigest()


def _chain(encoded: Sequence[tuple[str, bytes]], when: str, prev: str) -> list[bytes]:
    lines = []
    for kind, data in encoded:
        lines.append(assemble(kind, data, when, prev))
        prev = digest(lines[-1])
    return lines


def _write_whole(fd: int, content: bytes, start: int) -> None:
    """Write and sync; on any failure, an interrupt included, cut the file back to ``start``."""
    try:
        written = os.write(fd, content)
        while written < len(content):  # a disk that fills up takes a part; the rest says why
            written += os.write(fd, content[written:])
        os.fsync(fd)
    except BaseException:
        os.ftruncate(fd, start)
        raise


@contextmanager
def _locked(path: StrPath, wait: float) -> Iterator[int]:
    """The journal, open for appending and locked; created when it is missing."""
    make_private(os.path.dirname(path))
    deadline = time.monotonic() + wait
    while True:
        fd = _ordinary(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _SAFE, PRIVATE_FILE), path)
        try:
            _lock(fd, path, deadline, wait)
            if _is_still(fd, path):
                yield fd
                return
        finally:
            os.close(fd)


def _lock(fd: int, path: StrPath, deadline: float, wait: float) -> None:
    """Lock by asking again and again: a blocking flock(2) has no time limit, and signals are not ours."""
    while not _try_lock(fd):
        if time.monotonic() >= deadline:
            raise in_use(path, wait)
        time.sleep(_PAUSE)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(fd: int, path: StrPath) -> bool:
    """Whether the locked file still has its name: it may have been removed while we waited."""
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(path))
    except FileNotFoundError:
        return False


def _ordinary(fd: int, path: StrPath) -> int:
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise not_a_file(path)
