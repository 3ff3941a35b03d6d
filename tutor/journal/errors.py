"""Why the journal cannot be read or written, in words."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor.errors import UserError
from tutor.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.folders import StrPath

_FULL = text("the disk is full")
_QUOTA = text("your disk quota is used up")
_DENIED = text("you may not use it")
_SYMLINK = text("it is a symbolic link")
_NOT_A_FILE = text("it is not an ordinary file")
_NOT_A_FOLDER = text("something in its path is not a folder")

REASONS: dict[int, tuple[str, Text]] = {
    errno.ENOSPC: ("disk-full", _FULL),
    errno.EDQUOT: ("disk-full", _QUOTA),
    errno.EFBIG: ("disk-full", text("it may not grow any larger")),
    errno.EROFS: ("read-only", text("the file system is read-only")),
    errno.EACCES: ("not-permitted", _DENIED),
    errno.EPERM: ("not-permitted", _DENIED),
    errno.ELOOP: ("not-a-file", _SYMLINK),
    errno.EISDIR: ("not-a-file", _NOT_A_FILE),
    errno.ENXIO: ("not-a-file", _NOT_A_FILE),
    errno.ENODEV: ("not-a-file", _NOT_A_FILE),
    errno.ENOTDIR: ("not-a-folder", _NOT_A_FOLDER),
    errno.EEXIST: ("not-a-folder", _NOT_A_FOLDER),
}


class JournalError(UserError):
    """The journal cannot be read or written; nothing half-written was left in it.

    :param code: kebab-case cause: ``disk-full``, ``read-only``, ``not-permitted``, ``not-a-file``,
        ``not-a-folder``, ``in-use``, ``no-home``, ``too-long``, ``failed``.
    """

    def __init__(self, code: str, what: Text, tip: Text) -> None:
        super().__init__(what, tip)
        self.code = code


@contextmanager
def explained(path: StrPath) -> Iterator[None]:
    """Turn every OSError of the block into the one JournalError about the journal at ``path``."""
    try:
        yield
    except OSError as error:
        raise _from_os(path, error) from error


def not_a_file(path: StrPath) -> JournalError:
    """A folder, a FIFO or a device stands where the journal should be."""
    return _unusable(path, "not-a-file", _NOT_A_FILE)


def in_use(path: StrPath, seconds: float) -> JournalError:
    """Another process held the journal for as long as we were willing to wait."""
    reason = text("another tutor has held it for {seconds} seconds", seconds=f"{seconds:g}")
    return _unusable(path, "in-use", reason)


def too_long(path: StrPath, size: int, limit: int) -> JournalError:
    """An event that readers would skip is not written in the first place."""
    reason = text("an event of {size} bytes is longer than a line may be ({limit})", size=size, limit=limit)
    return _unusable(path, "too-long", reason)


def _from_os(path: StrPath, error: OSError) -> JournalError:
    number = error.errno or 0
    if number in REASONS:
        return _unusable(path, *REASONS[number])
    return _unusable(path, "failed", os.strerror(number))


def _unusable(path: StrPath, code: str, reason: Text | str) -> JournalError:
    what = text("The journal {path} cannot be used: {reason}.", path=str(path), reason=reason)
    return JournalError(code, what, _tip(path, code))


def _tip(path: StrPath, code: str) -> Text:
    if code == "disk-full":
        return text(
            "Make room (df -h {folder} shows how much is left), then try again.", folder=_folder(path)
        )
    if code == "not-permitted":
        return text(
            "If it belongs to root, take it back: sudo chown -R $(id -u):$(id -g) {folder}",
            folder=_folder(path),
        )
    if code in {"not-a-file", "not-a-folder"}:
        return text("Move what is in the way of {path} to another place, then try again.", path=str(path))
    if code == "in-use":
        return text("Look for a stopped tutor in another terminal (jobs, then fg), end it, then try again.")
    if code == "too-long":
        return text("This is a fault of the tool: report it, with what tutor support collects.")
    return text("Set XDG_STATE_HOME to a folder where you may write, then try again.")


def _folder(path: StrPath) -> str:
    import shlex  # only for a message: the hot path does without it

    return shlex.quote(os.path.dirname(path))
