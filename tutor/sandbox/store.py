"""Where sandboxes are kept: a directory for each user of this computer, below one that is root's alone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tutor.dataclass import dataclass
from tutor.sandbox.names import is_name
from tutor.sandbox.process import MachineError
from tutor.text import text

#: The File Hierarchy Standard's place for what a program keeps; TUTOR_SANDBOX_DIR names another.
_ROOT = "/var/lib/libvirt-tutor/sandboxes"
_VARIABLE = "TUTOR_SANDBOX_DIR"
_OTHERS_MAY_WRITE = 0o022


def no_wait() -> None:
    """Nobody is told of a wait."""


@dataclass(frozen=True, slots=True)
class Store:
    """The sandboxes of one user.

    :ivar root: every user's; :ivar uid: the user, who called sudo, or root.
    """

    root: Path
    uid: int

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Store:
        """The store of whoever called: sudo(8) says who that is."""
        caller = environ.get("SUDO_UID", "")
        return cls(root(environ), int(caller) if caller.isdecimal() else os.getuid())

    @property
    def folder(self) -> Path:
        """Where this user's sandboxes are."""
        return self.root / str(self.uid)

    def directory(self, name: str) -> Path:
        """Where the sandbox ``name`` is, or would be."""
        return self.folder / name

    def names(self) -> list[str]:
        """What stands in this user's directory and has a sandbox's name."""
        if not self.folder.is_dir():
            return []
        self.secure()
        return sorted(entry.name for entry in self.folder.iterdir() if is_name(entry.name))

    def secure(self) -> None:
        """Make the directories that are missing; hold all of them to be root's alone.

        :raises MachineError: one is a link, another's, or can be written to by others.
        """
        for folder in (self.root, self.folder):
            if not os.path.lexists(folder):
                folder.mkdir(0o755, parents=True)
                folder.chmod(0o755)
            seen = folder.lstat()
            mine = stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid()
            if not mine or seen.st_mode & _OTHERS_MAY_WRITE:
                raise MachineError(
                    text("{directory} is not root's alone: nothing is done there.", directory=str(folder)),
                    text("Look at it yourself, and move it away."),
                )

    @contextlib.contextmanager
    def locked(self, name: str, waiting: Callable[[], None] = no_wait) -> Iterator[None]:
        """Let nobody else work on the sandbox ``name``; let go however this process ends.

        :param waiting: is called when somebody else does, before that is waited for.
        """
        self.secure()
        handle = self._lock(name, waiting)
        try:
            yield
        finally:
            os.close(handle)

    def busy(self, name: str) -> bool:
        """Whether a command works on the sandbox right now."""
        try:
            handle = os.open(self._lock_file(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def _lock(self, name: str, waiting: Callable[[], None]) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self._lock_file(name), flags, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        return handle

    def _lock_file(self, name: str) -> Path:
        return self.folder / f".{name}.lock"


def root(environ: Mapping[str, str]) -> Path:
    """Where all users' sandboxes are."""
    return Path(environ.get(_VARIABLE) or _ROOT).absolute()
