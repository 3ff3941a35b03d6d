"""What to run on this host so that the student of a sandbox runs something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.sandbox.container import Container
from tutor.sandbox.process import host_environment

STUDENT = "student"
# su(1) gives the words behind the script to the shell as $1 and on. The student's own shell may be another
# than bash, which only this one line is for.
_COMMAND = 'exec "$@"'
# script(1) makes a terminal of the machine's own: the caller's is not in it, and sudo and ssh look for it.
_ON_TERMINAL = 'SHELL=/bin/bash exec script -qec "exec ${*@Q}" /dev/null'
_SHELL = (
    'own=$(getent passwd "$(id -un)" | cut -d: -f7); SHELL=$own exec script -qec "exec $own -l" /dev/null'
)


def entering(
    container: Container, command: Sequence[str] | None, *, terminal: bool, environ: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Return what to execute as root, and its environment.

    :param command: what the student runs in a new login; a login shell where there is none.
    :param terminal: whether it gets a terminal.
    :param environ: of the caller, whose terminal's kind alone is handed on.
    :raises MachineError: the machine is off.
    """
    kind = environ.get("TERM", "dumb")
    script = (_SHELL if command is None else _ON_TERMINAL) if terminal else _COMMAND
    login = ["su", "--login", "--whitelist-environment=TERM", "--shell", "/bin/bash", STUDENT]
    argv = [*login, "--command", script, "--", "bash", *(command or ())]
    return container.entering(argv), host_environment({"TERM": kind, "HOME": "/root", "SHELL": "/bin/bash"})
