"""Becoming root: the same command line once more, through sudo, on the same terminal."""

from __future__ import annotations

import os
import shutil
import site
import sys
from collections.abc import Iterator
from pathlib import Path

import tutor
from tutor.actions.terminal import run_on_terminal
from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.text import text

#: What of the environment root is to know too; sudo drops it.
_KEPT = ("TUTOR_MACHINE_CACHE", "TUTOR_SANDBOX_DIR", "FORCE_COLOR", "NO_COLOR", "COLUMNS")
# Root imports nothing from the present directory or by the user's environment (-I), and leaves no compiled
# file among the user's (-B).
_PYTHON = ("-B", "-I", "-c")
_BEGIN = """import sys
sys.path[:0] = [place for place in sys.argv.pop(1).split(":") if place not in sys.path]
from tutor.entry import main
main()"""


def ensure_root(session: Session) -> None:
    """Return when this is root; else say what for, and become it: then this process is another's.

    :raises UsageError: there is no sudo, or it does not let this user.
    """
    if os.geteuid() == 0:
        return
    if shutil.which("sudo") is None:
        raise UsageError(
            text("Sandboxes need root, and there is no sudo here"),
            text("As root: {command}", command="apt install sudo"),
        )
    session.say(
        text("A sandbox is a machine that only root can make and enter: sudo may ask for your password.")
    )
    sys.stdout.flush()
    # By itself first: what a command in the sandbox ends with must not be taken for sudo's refusal.
    if run_on_terminal(["sudo", "--", "true"], os.environ) != 0:
        raise UsageError(
            text("sudo did not make you root"),
            text("Ask whoever looks after this computer for the group sudo."),
        )
    argv = ["sudo", "--", "env", *_environment(), *_command(session)]
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is wanted


def _environment() -> list[str]:
    return [f"{name}={os.environ[name]}" for name in _KEPT if name in os.environ]


def _command(session: Session) -> list[str]:
    """This very command line; the language is this user's, who may have configured another than root."""
    return [sys.executable, *_PYTHON, _BEGIN, ":".join(_places()), "--lang", session.language, *sys.argv[1:]]


def _places() -> Iterator[str]:
    """Where this tool was imported from, which an isolated Python may not look for."""
    yield str(Path(tutor.__file__).parents[1])
    if site.ENABLE_USER_SITE:
        yield site.getusersitepackages()
