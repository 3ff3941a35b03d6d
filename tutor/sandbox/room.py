"""Room on disk: asked for before it is used, and named when it was too little."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tutor.sandbox.cache import cache_directory
from tutor.sandbox.process import CommandError, MachineError
from tutor.text import Text, text

#: What the parts of an image take, in MiB, measured and rounded up; others take next to nothing.
_SIZES = {
    "debian": 350,
    "base": 150,
    "builder": 350,
    "bare": 200,
    "ready": 600,
    "dependencies": 150,
    "tutor": 70,
}
#: Downloads and unpacking take room of their own for a while.
_SPARE = 300
_MIB = 1024 * 1024
#: What the system says when there is no room, or none for this user.
FULL = (errno.ENOSPC, errno.EDQUOT)
#: With less left than this, what failed has failed for want of it.
_NOTHING_LEFT = 16 * _MIB


def require_room(parts: Iterable[str]) -> None:
    """Hold the disk of the images against what building these parts takes.

    :raises MachineError: there is too little.
    """
    needed = sum(_SIZES.get(part, 0) for part in parts)
    folder = cache_directory()
    free = _free(folder)
    if needed and free < (needed + _SPARE) * _MIB:
        what = text(
            "The image needs {needed} MiB, and there are {free} MiB left where {folder} is",
            needed=needed + _SPARE,
            free=free // _MIB,
            folder=str(folder),
        )
        raise MachineError(what, _make_room())


@contextlib.contextmanager
def full_disk_told(*folders: Path) -> Iterator[None]:
    """Make one sentence of whatever goes wrong because the disk is full.

    :param folders: where is written, besides the images' directory.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise _full(error.filename or str(folders[0])) from error
    except CommandError as error:
        for folder in (cache_directory(), *folders):
            if _free(folder) < _NOTHING_LEFT:
                raise _full(str(folder)) from error
        raise


def used(directory: Path) -> int:
    """Return the bytes that a directory's files take on disk; links are not followed."""
    total = 0
    for folder, folders, files in os.walk(directory):
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
    return total


def _full(where: str) -> MachineError:
    return MachineError(text("The disk is full where {folder} is", folder=where), _make_room())


def _make_room() -> Text:
    return text("Make room; `{command}` says what your sandboxes take.", command="tutor sandbox list")


def _free(folder: Path) -> int:
    """Return the bytes that are left for ``folder``, or where it would be made."""
    while not folder.exists():
        folder = folder.parent
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize
