"""Network namespaces without names: a thread visits them, and sockets and processes made there stay there."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CLONE_NEWNET = 0x40000000
_HERE = "/proc/thread-self/ns/net"
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace that lives as long as something holds it open."""

    def __init__(self) -> None:
        """Make one.

        :raises PermissionError: this needs root.
        """
        with _returning():
            _checked(_libc.unshare(_CLONE_NEWNET))
            self._descriptor = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)

    @property
    def path(self) -> str:
        """Where other programs of this machine find it."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Take this thread there: what it opens or starts meanwhile belongs to the namespace."""
        with _returning():
            _checked(_libc.setns(self._descriptor, _CLONE_NEWNET))
            yield

    def ip(self, commands: str) -> None:
        """Run commands of iproute2 there, a line each.

        :raises subprocess.CalledProcessError: one failed.
        """
        with self.inside():
            subprocess.run(["ip", "-batch", "-"], input=commands, text=True, check=True)

    def sysctl(self, name: str, value: int) -> None:
        """Set a setting of its network, such as ``net.ipv4.ip_forward``."""
        with self.inside(), open(f"/proc/sys/{name.replace('.', '/')}", "w", encoding="ascii") as file:
            file.write(str(value))

    def close(self) -> None:
        """Let go of it: the kernel takes it down when nothing else is in it."""
        with suppress(OSError):
            os.close(self._descriptor)


@contextmanager
def _returning() -> Iterator[None]:
    home = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield
    finally:
        _checked(_libc.setns(home, _CLONE_NEWNET))
        os.close(home)


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
