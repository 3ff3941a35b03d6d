"""Boot a throwaway student machine, do things in it as its users would, and make it gone.

A machine is a systemd-nspawn container: an image's layers, a writable disk over them, its own init, processes
and network. It sees no other machine and not this host's libvirt, groups, firewall or home directories.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tutor.sandbox.application import application
from tutor.sandbox.client import Client, attached_client
from tutor.sandbox.container import Container
from tutor.sandbox.images import SUITE, Image, image
from tutor.sandbox.process import MachineError
from tutor.sandbox.running import claimed
from tutor.sandbox.shell import Completed, command_line, without_complaints
from tutor.sandbox.sources import Checkout, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WRITE = """
directory=$(dirname "$1")
[ -d "$directory" ] || runuser -u "$2" -- mkdir -p "$directory"
cat > "$1"
chown "$2:" "$1"
chmod "$3" "$1"
"""
_ROOT = {"HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash"}


class Machine:
    """A booted student machine. Users: ``student`` (sudo without password), ``other`` (no sudo), ``root``."""

    def __init__(self, image: Image, container: Container) -> None:
        self.image = image
        self.container = container

    @property
    def name(self) -> str:
        """What this host calls it; inside, its host name is always lab."""
        return self.container.name

    def run(
        self,
        command: str,
        user: str = "student",
        *,
        login: bool = True,
        interactive: bool = False,
        tty: bool = False,
        timeout: float = 60,
        input: str | None = None,  # noqa: A002  # what subprocess calls it
        env: Mapping[str, str] | None = None,
        check: bool = False,
    ) -> Completed:
        """Run a line as ``user`` would, in that user's own shell.

        :param login: in a new login; otherwise in a bare environment that only knows HOME.
        :param interactive: in a new terminal of that login: the shell reads its interactive start-up file.
        :param tty: on a pseudo-terminal.
        :param timeout: seconds.
        :param env: set on top of the login's own; HOME, SHELL, USER, LOGNAME and PATH cannot be.
        :param check: raise unless it ends with 0.
        :raises CommandError: it took too long, or ``check``.
        """
        extra = {"TERM": "xterm" if tty else "dumb", **(env or {})}
        line = command_line(command, user=user, login=login, interactive=interactive, tty=tty, keep=extra)
        data = None if input is None else input.encode()
        done = self.container.execute(line, data=data, timeout=timeout, env={**_ROOT, **extra})
        stdout, stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        result = Completed(
            command, done.returncode, stdout, without_complaints(stderr) if interactive else stderr
        )
        return result.require_success() if check else result

    def command(
        self, command: str, user: str = "student", *, interactive: bool = False, tty: bool = True
    ) -> list[str]:
        """Return what to run on this host, with pexpect say, to have ``user`` run a line on a terminal."""
        line = command_line(command, user=user, interactive=interactive, tty=tty, keep=["TERM"])
        return self.container.entering(line)

    def write(self, path: str, text: str, owner: str = "root", mode: int = 0o644) -> None:
        """Put ``text`` into the file ``path``; missing directories are made as ``owner``.

        :raises CommandError: it cannot be written.
        """
        argv = ["sh", "-euc", _WRITE, "write", path, owner, f"{mode:o}"]
        self._as_root(f"write {path}", argv, text.encode())

    def read(self, path: str) -> str:
        """Return the text of the file ``path``.

        :raises CommandError: it cannot be read.
        """
        return self._as_root(f"read {path}", ["cat", "--", path]).stdout

    def power_off(self) -> None:
        """Cut the power. Running guests are not waited for."""
        self.container.power_off()

    def reboot(self) -> None:
        """Cut the power and boot again from the same disk; only a machine booted with ``keep_disk`` can.

        :raises MachineError: it has no such disk, or does not boot.
        """
        if not self.container.kept:
            raise MachineError(f"The disk of {self.name} is memory: boot it with keep_disk=True.")
        self.container.power_off()
        self.container.power_on()

    def client(self) -> contextlib.AbstractContextManager[Client]:
        """Give the machine an uplink with one computer on the internet behind it, while the context lasts."""
        return attached_client(self.container)

    def _as_root(self, what: str, argv: list[str], data: bytes | None = None) -> Completed:
        done = self.container.execute(argv, data=data)
        completed = Completed(
            what, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
        )
        return completed.require_success()


@contextlib.contextmanager
def boot(
    image_name: str,
    *,
    name: str | None = None,
    network: Literal["private", "host"] = "private",
    keep_disk: bool = False,
    suite: str = SUITE,
    project: Path | Source | None = None,
) -> Iterator[Machine]:
    """Boot a machine from ``base``, ``bare``, ``ready`` or ``ssh``, building the image where it is missing.

    :param name: made up where missing. No two machines have the same.
    :param network: private sees nothing but itself; host is this host's own, for downloads only.
    :param keep_disk: put the disk into a directory, so that the machine can reboot.
    :param project: a checkout, or another source, whose `tutor` the machine gets.
    :raises MachineError: it cannot be built or booted; the sentence says what to do.
    """
    origin = image(image_name, suite)
    source = Checkout(project) if isinstance(project, Path) else project
    binds = {application(source, suite): "/opt/tutor"} if source else {}
    chosen = name or f"lab-{secrets.token_hex(4)}"
    with claimed(chosen, [*origin.layers, *binds]) as directory:
        container = Container(chosen, origin.layers, directory, network == "private", keep_disk, binds)
        try:
            container.power_on()
            yield Machine(origin, container)
        finally:
            container.power_off()
