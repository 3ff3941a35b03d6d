"""Programs of this host: run one, say which one is missing, and look at or end what they started."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# What the building and the booting need, and the Debian package that brings it.
PROGRAMS = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class MachineError(Exception):
    """A student machine cannot be built, booted or used; the message is one sentence and what to do."""


class CommandError(MachineError):
    """A command failed that had to succeed, or did not end in time; the message ends with what it printed."""


def require_programs() -> None:
    """Raise MachineError unless machines can be built and booted here, naming the package to install."""
    if os.geteuid() != 0:
        raise MachineError("Student machines need root: run the machine tests with sudo.")
    for program, package in PROGRAMS.items():
        if shutil.which(program, path=SEARCH_PATH) is None:
            raise MachineError(f"Student machines need {program}: sudo apt install {package}")
    if not KEYRING.exists():
        raise MachineError(f"Student machines need {KEYRING}: sudo apt install debian-archive-keyring")
    if not Path("/dev/net/tun").exists():
        raise MachineError("Student machines need /dev/net/tun: sudo modprobe tun")


def host_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a small, constant environment with ``extra`` on top: the caller's own must not leak in."""
    return {"PATH": SEARCH_PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **(extra or {})}


def call(argv: Sequence[str], *, timeout: float, env: Mapping[str, str] | None = None) -> str:
    """Run ``argv`` and return its output, standard error included.

    :param timeout: seconds.
    :raises CommandError: it cannot be run, fails, or takes longer.
    """
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            env=host_environment(env),
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{argv[0]} took longer than {timeout} s: {last_lines(error.output)}") from error
    except OSError as error:
        raise CommandError(f"{argv[0]} cannot be run: {error}") from error
    if done.returncode != 0:
        raise CommandError(f"{argv[0]} ended with {done.returncode}:\n{last_lines(done.stdout)}")
    return done.stdout


def last_lines(output: str | bytes | None, count: int = 20) -> str:
    """Return the last ``count`` lines of what a program printed."""
    text = output.decode(errors="replace") if isinstance(output, bytes) else output or ""
    return "\n".join(text.splitlines()[-count:])


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` is the parent of; none when it is gone (proc(5))."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes below ``pid``, parents first."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def program_name(pid: int) -> str:
    """Return the name of what ``pid`` runs, or nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def kill(pids: Sequence[int]) -> None:
    """End these processes at once; those already gone are no error."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
