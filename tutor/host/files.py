"""Files: what kind, whose, and what they say."""

from __future__ import annotations

import errno
import os
import stat as st
from collections.abc import Callable

from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

#: Bytes of a text file that are read; the course's files are small.
TEXT_LIMIT = 1024 * 1024

_KINDS = (
    (st.S_ISREG, "file"),
    (st.S_ISDIR, "directory"),
    (st.S_ISCHR, "character-device"),
    (st.S_ISBLK, "block-device"),
    (st.S_ISSOCK, "socket"),
    (st.S_ISFIFO, "fifo"),
)

#: How the system says that there is nothing: also where a link leads to itself.
_NOTHING = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class FileStatus(TypedDict):
    """A file as ``stat`` sees it, links followed. ``path`` is absolute, ``size`` in bytes."""

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    readable: bool
    writable: bool


class FileText(TypedDict):
    """A text file's content, undecodable bytes replaced."""

    path: str
    text: str


def file_status(path: str) -> Question[FileStatus | None]:
    """What lies at ``path`` (``~/`` allowed); None where there is nothing."""
    return Question("file", FileStatus | None, (path,))  # type: ignore[arg-type]


def file_text(path: str) -> Question[FileText | None]:
    """What the text file at ``path`` says; None where there is nothing."""
    return Question("file-text", FileText | None, (path,))  # type: ignore[arg-type]


def link_target(path: str) -> Question[str | None]:
    """Where the symbolic link at ``path`` points, as written in it; None where there is none."""
    return Question("link", str | None, (path,))  # type: ignore[arg-type]


def listing(folder: str) -> Question[list[str] | None]:
    """The names in a folder, sorted; None where there is no such folder."""
    return Question("folder", list[str] | None, (folder,))  # type: ignore[arg-type]


def kind_of(mode: int) -> str:
    """What kind of file a mode of ``stat`` says it is."""
    return next((name for test, name in _KINDS if test(mode)), "other")


def status_of(path: str, look: Callable[[str], os.stat_result]) -> os.stat_result | None:
    """What ``look`` (``os.stat`` or ``os.lstat``) says of a path; None where there is nothing.

    :raises Unobservable: where the path may not be looked at.
    """
    try:
        return look(path)
    except (OSError, ValueError) as error:
        if says_nothing_there(error):
            return None
        raise unreadable(path, error) from None


@source("file", by="stat(2)", waits=True)
def look_at_file(machine: Machine, path: str) -> FileStatus | None:
    """See :func:`file_status`."""
    path = machine.expand(path)
    status = status_of(path, os.stat)
    if status is None:
        return None
    return {
        "path": path,
        "kind": kind_of(status.st_mode),
        "mode": st.S_IMODE(status.st_mode),
        "uid": status.st_uid,
        "gid": status.st_gid,
        "size": status.st_size,
        "readable": os.access(path, os.R_OK),
        "writable": os.access(path, os.W_OK),
    }


@source("file-text", by="read(2)", waits=True)
def read_text(machine: Machine, path: str) -> FileText | None:
    """See :func:`file_text`."""
    path = machine.expand(path)
    content = read_bytes(path)
    return None if content is None else {"path": path, "text": content.decode(errors="replace")}


def read_bytes(path: str) -> bytes | None:
    """What the regular file at an absolute ``path`` holds; None where there is nothing.

    :raises Unobservable: ``not-a-file``, ``too-large``, ``not-permitted`` or ``unreadable``.
    """
    try:
        # Looked at before it is opened: opening a device may do something.
        if not st.S_ISREG(os.stat(path).st_mode):
            raise _not_a_file(path)
        # Not blocking, should a FIFO have taken its place since.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            # One without a writer reads as if it were an empty file.
            if not st.S_ISREG(os.fstat(descriptor).st_mode):
                raise _not_a_file(path)
            content = file.read(TEXT_LIMIT + 1)
    except (OSError, ValueError) as error:
        if says_nothing_there(error):
            return None
        raise unreadable(path, error) from None
    if len(content) > TEXT_LIMIT:
        raise Unobservable("too-large", text("{path} is larger than 1 MiB", path=path))
    return content


def _not_a_file(path: str) -> Unobservable:
    return Unobservable("not-a-file", text("{path} is not a regular file", path=path))


def read_start(path: str, limit: int = 64 * 1024) -> str:
    """What a file of the system's says, up to ``limit`` bytes, undecodable ones replaced.

    For those of /proc, /sys and /run, which are small; whatever lies there instead, it is not waited for.

    :raises OSError: where it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        said = b""
        # The kernel may hand out less at a time than it has.
        while len(said) < limit and (more := os.read(descriptor, limit - len(said))):
            said += more
    finally:
        os.close(descriptor)
    return said.decode(errors="replace")


@source("link", by="readlink(2)", waits=True)
def look_at_link(machine: Machine, path: str) -> str | None:
    """See :func:`link_target`."""
    path = machine.expand(path)
    try:
        return os.readlink(path)
    except (OSError, ValueError) as error:
        # readlink(2): EINVAL says that what is there is no link.
        if says_nothing_there(error) or getattr(error, "errno", None) == errno.EINVAL:
            return None
        raise unreadable(path, error) from None


@source("folder", by="readdir(3)", waits=True)
def list_folder(machine: Machine, folder: str) -> list[str] | None:
    """See :func:`listing`."""
    folder = machine.expand(folder)
    try:
        return sorted(os.listdir(folder))
    except (OSError, ValueError) as error:
        if says_nothing_there(error):
            return None
        raise unreadable(folder, error) from None


def unreadable(path: str, error: Exception) -> Unobservable:
    """Why ``path`` could not be looked at."""
    reason = "not-permitted" if isinstance(error, PermissionError) else "unreadable"
    why = getattr(error, "strerror", None) or str(error)
    return Unobservable(reason, text("{path} cannot be read: {error}", path=path, error=why))


def says_nothing_there(error: Exception) -> bool:
    """Whether an error of the system's means that there is nothing at a path."""
    return getattr(error, "errno", None) in _NOTHING
