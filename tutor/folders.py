"""The folders of this application, as the XDG Base Directory Specification places them.

https://specifications.freedesktop.org/basedir-spec/latest/
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass
from tutor.errors import UserError
from tutor.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

APPLICATION = "libvirt-tutor"
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


class NoHomeError(UserError):
    """Neither the environment nor the passwd database says where the user's files belong."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where this application keeps what happened, what was configured, and what can be made again."""

    state: Path
    config: Path
    cache: Path


def folders(environ: Mapping[str, str]) -> Folders:
    """The three folders; none of them is created, or looked at.

    :param environ: the environment that decides, in use ``os.environ``.
    :raises NoHomeError: when a home is needed and neither HOME nor the passwd entry gives one.
    """
    return Folders(
        state=_base(environ, "XDG_STATE_HOME", ".local/state") / APPLICATION,
        config=_base(environ, "XDG_CONFIG_HOME", ".config") / APPLICATION,
        cache=_base(environ, "XDG_CACHE_HOME", ".cache") / APPLICATION,
    )


def home(environ: Mapping[str, str]) -> Path:
    """HOME, or the passwd entry's folder when HOME is unset, empty or relative.

    :raises NoHomeError: when that does not give an absolute path either.
    """
    value = environ.get("HOME", "")
    if os.path.isabs(value):
        return Path(value)
    return _passwd_home(os.getuid())


def make_private(folder: Path) -> None:
    """Create the folder, and those above it that are missing, for the user alone.

    ``Path.mkdir(parents=True)`` gives the ones above the default mode; the specification wants
    0700 for all. One that exists keeps its mode.

    :raises OSError: when one cannot be created, or is not a folder.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        _make_one(each)


def replace_file(target: Path, content: bytes) -> None:
    """Give the file this content, for the user alone: whole and on the disk, or not at all.

    :raises OSError: when that is not possible; the file then is as it was.
    """
    make_private(target.parent)
    replace_whole(target, content, PRIVATE_FILE)


def replace_whole(target: Path, content: bytes, mode: int = 0o666) -> None:
    """Give a file in a folder that is there this content: whole and on the disk, or not at all.

    :param mode: the new file's, less what the umask takes away.
    :raises OSError: when that is not possible; the file then is as it was.
    """
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)  # of a process with our number that was killed
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def create_file(target: Path, content: bytes) -> None:
    """Make a file with this content, for the user alone: whole and on the disk, or not at all.

    :raises OSError: when that is not possible, or something is there already, which stays as it is.
    """
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its content; some file systems cannot, which is no loss."""
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _make_one(folder: Path) -> None:
    try:
        folder.mkdir(PRIVATE_FOLDER)
    except FileExistsError:  # another terminal was faster; a file in the way is an error
        if not folder.is_dir():
            raise


def _base(environ: Mapping[str, str], variable: str, below_home: str) -> Path:
    """The specification: an unset, empty or relative value is ignored."""
    value = environ.get(variable, "")
    if os.path.isabs(value):
        return Path(value)
    return home(environ) / below_home


def _passwd_home(uid: int) -> Path:
    import pwd

    try:
        folder = pwd.getpwuid(uid).pw_dir
    except KeyError:
        folder = ""
    if not os.path.isabs(folder):
        raise NoHomeError(
            text("HOME is not set, and the user with number {uid} has no home folder.", uid=uid),
            text("Log in as an ordinary user, or set HOME to a folder of your own."),
        )
    return Path(folder)
