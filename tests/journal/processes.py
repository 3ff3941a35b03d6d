"""Running a piece of a test in a process of its own, as another user or in another mount namespace."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def start(body: Callable[[], None]) -> int:
    """Fork a child that runs ``body`` and exits: 0 when it returned, 1 with a traceback when not."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        body()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the child must not return into pytest
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def finish(child: int) -> int:
    """The exit code of the child; negative is the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(body: Callable[[], None]) -> int:
    return finish(start(body))


def become_nobody() -> None:
    """Give up root; a test that does not run as root is unprivileged already."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def namespace() -> list[str]:
    """The command that gives a program a mount namespace of its own, where it may mount.

    Root has one for the asking; others need a user namespace, which some machines forbid.
    """
    return ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]


def can_mount() -> bool:
    """Whether this process may mount in a mount namespace of its own."""
    probe = [*namespace(), "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def python(code: str, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python code from the project's root, after ``before`` (shell, in a mount namespace of its own)."""
    command = [sys.executable, "-c", code, *arguments]
    if before:
        command = [*namespace(), "sh", "-ec", before + '\nexec "$@"', "sh", *command]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
