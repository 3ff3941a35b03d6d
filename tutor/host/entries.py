"""Entries of folders: which one it is, links not followed."""

from __future__ import annotations

import os

from tutor.host.files import kind_of, status_of
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict


class Entry(TypedDict):
    """What a name in a folder stands for.

    ``kind`` is as for :class:`tutor.host.files.FileStatus`, or ``other`` for a link; ``identity`` device and
    inode; ``real`` the path with all links followed; ``removable`` whether this user may take the name out of
    its folder; ``names`` those in a folder, None where they cannot be seen, or it is none.
    """

    path: str
    kind: str
    identity: str
    real: str
    removable: bool
    names: list[str] | None


def entry(path: str) -> Question[Entry | None]:
    """What lies at ``path`` (``~/`` allowed) itself; None where there is nothing."""
    return Question("entry", Entry | None, (path,))  # type: ignore[arg-type]


@source("entry", by="lstat(2)", waits=True)
def look_at_entry(machine: Machine, path: str) -> Entry | None:
    """See :func:`entry`."""
    path = machine.expand(path)
    status = status_of(path, os.lstat)
    if status is None:
        return None
    return {
        "path": path,
        "kind": kind_of(status.st_mode),
        "identity": f"{status.st_dev}:{status.st_ino}",
        "real": os.path.realpath(path),
        "removable": os.access(os.path.dirname(path), os.W_OK | os.X_OK),
        "names": _names(path) if os.path.isdir(path) and not os.path.islink(path) else None,
    }


def _names(folder: str) -> list[str] | None:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return None
