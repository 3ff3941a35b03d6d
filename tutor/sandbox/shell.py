"""Command lines: what a user of a machine types, as the program that makes it happen there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.dataclass import dataclass
from tutor.sandbox.process import CommandError, ended_with

if TYPE_CHECKING:
    from collections.abc import Iterable

# The user's own shell, whatever `su --shell` puts in SHELL. $1 is the command throughout.
_SHELL = 'own=$(getent passwd "$(id -un)" | cut -d: -f7); '
_INTERACTIVE = _SHELL + 'SHELL=$own exec "$own" -ic "$1"'
_TERMINAL = _SHELL + 'SHELL=$own exec script -qec "$1" /dev/null'
_BOTH = _SHELL + 'SHELL=/bin/bash exec script -qec "SHELL=$own exec $own -ic ${1@Q}" /dev/null'
# What an interactive bash says when it has no terminal; not the command's words.
_NO_TERMINAL = ("bash: cannot set terminal process group", "bash: no job control in this shell")


@dataclass(frozen=True)
class Completed:
    """What a command in a machine came to. With a pseudo-terminal, stdout holds both streams, with CR LF."""

    command: str
    returncode: int
    stdout: str
    stderr: str

    def require_success(self) -> Completed:
        """Return self, or raise CommandError with everything the command printed."""
        if self.returncode != 0:
            printed = f"{self.stdout}{self.stderr}".strip()
            raise CommandError(ended_with(self.command, self.returncode), printed)
        return self


def command_line(
    command: str,
    *,
    user: str = "student",
    login: bool = True,
    interactive: bool = False,
    tty: bool = False,
    keep: Iterable[str] = (),
) -> list[str]:
    """Return the argument list with which root, inside the machine, lets ``user`` run ``command``.

    :param command: a line in the user's own shell's language.
    :param login: with the environment of a new login; without, in root's with the user's HOME.
    :param interactive: as in a terminal the user opens after logging in: the login files are read first, then
        the user's shell its interactive start-up file. su(1) cannot do that alone.
    :param tty: on a pseudo-terminal of the machine's own.
    :param keep: environment variables that survive the login.
    """
    names = ",".join(keep)
    head = [
        "su",
        *(["--login"] if login else []),
        *([f"--whitelist-environment={names}"] if names and login else []),
    ]
    script = {(True, False): _INTERACTIVE, (False, True): _TERMINAL, (True, True): _BOTH}.get(
        (interactive, tty)
    )
    if script is None:
        return [*head, user, "--command", command]
    return [*head, "--shell", "/bin/bash", user, "--command", script, "--", "bash", command]


def without_complaints(stderr: str) -> str:
    """Return ``stderr`` without what an interactive bash prints because it has no terminal."""
    return "".join(line for line in stderr.splitlines(keepends=True) if not line.startswith(_NO_TERMINAL))
