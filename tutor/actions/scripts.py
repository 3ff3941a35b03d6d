"""A lesson's commands, run as the student would: bash, on the student's terminal, to the first failure."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping

from tutor.actions.terminal import run_on_terminal
from tutor.dataclass import dataclass

#: The shell that lessons are written for.
LANGUAGE = "bash"
INTERRUPTED = 130

#: Stops where a command fails, and writes down which one that was (bash(1), ``trap``, BASH_COMMAND). What
#: fails in a condition or before ``||`` has not failed. ``$0`` is the file to write to.
#: A new terminal begins at home.
_PROLOGUE = """cd 2> /dev/null || :; set -e; trap 'printf "%s" "$BASH_COMMAND" > "$0"' ERR
"""
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Ending:
    """How a script ended: its exit code, and the command that failed, where one is to blame."""

    code: int
    command: str | None = None


def run_script(script: str, environ: Mapping[str, str]) -> Ending:
    """Run a script with this terminal for its input and output.

    :param environ: that of a new terminal (:func:`tutor.host.new_shell.new_terminal`).
    :raises UserError: when bash cannot be started.
    """
    descriptor, report = tempfile.mkstemp(prefix="tutor-")
    try:
        code = run_on_terminal([LANGUAGE, "-c", _PROLOGUE + script, report], environ)
        with open(descriptor, encoding="utf-8", errors="replace", closefd=False) as file:
            command = file.read(_LONGEST)
    finally:
        os.close(descriptor)
        os.unlink(report)
    return Ending(code, command if code and command else None)
