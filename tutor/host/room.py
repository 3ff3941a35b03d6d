"""Room: on disks, and in memory."""

from __future__ import annotations

import os

from tutor.host.files import read_start, unreadable
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

MEMINFO = "/proc/meminfo"


class Space(TypedDict):
    """The file system that ``path`` lies on; free is what others than root may fill, in bytes.

    ``path`` is the nearest folder above what was asked for that exists. ``files`` is how many more
    files it takes; None where it has no such limit.
    """

    path: str
    total: int
    free: int
    files: int | None
    read_only: bool


class Memory(TypedDict):
    """Bytes of memory: all, and what new programs can have without swapping (proc(5), MemAvailable)."""

    total: int
    available: int


def space(path: str) -> Question[Space]:
    """The room where ``path`` lies, or would lie."""
    return Question("space", Space, (path,))


def memory() -> Question[Memory]:
    """The memory of this machine."""
    return Question("memory", Memory)


@source("space", by="statvfs(3)", waits=True)
def look_at_space(machine: Machine, path: str) -> Space:
    """See :func:`space`."""
    path = machine.expand(path)
    while not os.path.lexists(path) and path not in ("/", ""):
        path = os.path.dirname(path)
    try:
        found = os.statvfs(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    return {
        "path": path,
        "total": found.f_blocks * found.f_frsize,
        "free": found.f_bavail * found.f_frsize,
        # btrfs and others make files as they need them, and say 0 of 0.
        "files": found.f_favail if found.f_files else None,
        "read_only": bool(found.f_flag & os.ST_RDONLY),
    }


@source("memory", by=MEMINFO)
def look_at_memory(_machine: Machine) -> Memory:
    """See :func:`memory`."""
    try:
        rows = dict(line.split(":", 1) for line in read_start(MEMINFO).splitlines() if ":" in line)
        return {"total": _bytes(rows["MemTotal"]), "available": _bytes(rows["MemAvailable"])}
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise Unobservable(
            "unreadable", text("{path} cannot be read: {error}", path=MEMINFO, error=str(error))
        ) from None


def _bytes(value: str) -> int:
    return int(value.split(maxsplit=1)[0]) * 1024
