"""The folders of this application, as the XDG Base Directory Specification places them.

https://specifications.freedesktop.org/basedir-spec/latest/
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass
from tutor.errors import UserError
from tutor.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    #: Not only pathlib's: that takes four milliseconds to load, at each start.
    StrPath = str | os.PathLike[str]

APPLICATION = "libvirt-tutor"
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


class NoHomeError(UserError):
    """Neither the environment nor the passwd database says where the user's files belong."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where this application keeps what happened, what was configured, and what can be made again."""

    state: str
    config: str
    cache: str


def folders(environ: Mapping[str, str]) -> Folders:
    """The three folders; none of them is created, or looked at.

    :param environ: the environment that decides, in use ``os.environ``.
    :raises NoHomeError: when a home is needed and neither HOME nor the passwd entry gives one.
    """
    return Folders(
        state=_base(environ, "XDG_STATE_HOME", ".local/state"),
        config=_base(environ, "XDG_CONFIG_HOME", ".config"),
        cache=_base(environ, "XDG_CACHE_HOME", ".cache"),
    )


def home(environ: Mapping[str, str]) -> str:
    """HOME, or the passwd entry's folder when HOME is unset, empty or relative.

    :raises NoHomeError: when that does not give an absolute path either.
    """
    value = environ.get("HOME", "")
    return value if os.path.isabs(value) else _passwd_home(os.getuid())


def make_private(folder: StrPath) -> None:
    """Create the folder, and those above it that are missing, for the user alone.

    ``os.makedirs`` gives the ones above the default mode; the specification wants 0700 for all. One that
    exists keeps its mode.

    :raises OSError: when one cannot be created, or is not a folder.
    """
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = _parent(folder)
    for each in reversed(missing):
        _make_one(each)


def replace_file(target: StrPath, content: bytes) -> None:
    """Give the file this content, for the user alone: whole and on the disk, or not at all.

    :raises OSError: when that is not possible; the file then is as it was.
    """
    make_private(_parent(target))
    replace_whole(target, content, PRIVATE_FILE)


def replace_whole(target: StrPath, content: bytes, mode: int = 0o666) -> None:
    """Give a file in a folder that is there this content: whole and on the disk, or not at all.

    :param mode: the new file's, less what the umask takes away.
    :raises OSError: when that is not possible; the file then is as it was.
    """
    folder, name = _parent(target), os.path.basename(target)
    beside = os.path.join(folder, f".{name}.{os.getpid()}")
    _remove(beside)  # of a process with our number that was killed
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        os.replace(beside, target)
    except BaseException:
        _remove(beside)
        raise
    sync_folder(folder)


def create_file(target: StrPath, content: bytes) -> None:
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
        _remove(target)
        raise
    sync_folder(_parent(target))


def sync_folder(folder: StrPath) -> None:
    """Make a new file's name as durable as its content; some file systems cannot, which is no loss."""
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _parent(path: StrPath) -> str:
    return os.path.dirname(os.fspath(path)) or os.curdir


def _remove(path: StrPath) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _make_one(folder: StrPath) -> None:
    try:
        os.mkdir(folder, PRIVATE_FOLDER)
    except FileExistsError:  # another terminal was faster; a file in the way is an error
        if not os.path.isdir(folder):
            raise


def _base(environ: Mapping[str, str], variable: str, below_home: str) -> str:
    """The specification: an unset, empty or relative value is ignored."""
    value = environ.get(variable, "")
    base = value if os.path.isabs(value) else os.path.join(home(environ), below_home)
    return os.path.join(base, APPLICATION)


def _passwd_home(uid: int) -> str:
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
    return folder
