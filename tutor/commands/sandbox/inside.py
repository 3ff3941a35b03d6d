"""``tutor sandbox enter`` and ``run``: this process becomes the one in the sandbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tutor.commands.sandbox.common import keeper_for, root_for
from tutor.commands.sandbox.telling import told, waiting
from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.sandbox.container import Container
from tutor.sandbox.entering import entering
from tutor.sandbox.keeper import Keeper
from tutor.sandbox.names import DEFAULT
from tutor.sandbox.plugins import own_source
from tutor.sandbox.remedies import spoken
from tutor.sandbox.store import Store
from tutor.text import text


def enter(session: Session, name: str | None) -> int:
    """Open a login shell of the student's; does not return where that can be done."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            text("A shell wants a terminal"),
            text("Run one command: {command}", command=f"{spoken('run', name or DEFAULT)} -- COMMAND"),
        )
    chosen = root_for(session, name)
    return _into(session, _started(session, chosen), None)


def run(session: Session, name: str | None, command: Sequence[str]) -> int:
    """Run a command as the student, with this process's input and output; its exit code is the command's."""
    if not command:
        raise UsageError(
            text("The command is missing: it stands behind --"),
            text("Example: {command}", command=f"{spoken('run', name or DEFAULT)} -- virsh list --all"),
        )
    chosen = root_for(session, name)
    return _into(session, _started(session, chosen), command)


def _started(session: Session, name: str) -> Container:
    store = Store.of(os.environ)
    with told(session), store.locked(name, lambda: waiting(session, name)):
        found = Keeper(store, own_source()).find(name)
        return keeper_for(session, store, found.release, found.image).start(name)


def _into(session: Session, container: Container, command: Sequence[str] | None) -> int:
    """Become the command: its terminal, its input and its exit code are this process's."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    argv, environ = entering(container, command, terminal=terminal, environ=os.environ)
    for stream in (session.out, session.err):
        stream.flush()
    os.execvpe(argv[0], argv, environ)  # noqa: S606 - no shell is wanted
