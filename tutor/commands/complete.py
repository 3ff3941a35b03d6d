"""``tutor --install-completion`` and its like: set up the shell's completion, and say what was done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tutor.commands.session import Session
from tutor.commands.shells import SCRIPTS, SHELLS, Setup, install, remove, setup
from tutor.errors import UsageError
from tutor.text import text


def install_completion(session: Session) -> int:
    """Set up completion for the shell that this was called from."""
    shell = current_shell()
    found = setup(shell)
    for path in _change(found, lambda: install(found, shell)):
        if path == found.start_up:
            session.say(text("One line added: {path}", path=str(path)))
        else:
            session.say(text("Written: {path}", path=str(path)))
    session.say(
        text("It works in new terminals. Take it away again: {command}", command="tutor --remove-completion")
    )
    return 0


def remove_completion(session: Session) -> int:
    """Take completion away again, for every shell that has it."""
    changed: list[Path] = []
    for shell in SHELLS:
        found = setup(shell)
        changed += _change(found, lambda found=found: remove(found))  # type: ignore[misc]
    for path in changed:
        if path.exists():
            session.say(text("One line removed: {path}", path=str(path)))
        else:
            session.say(text("Removed: {path}", path=str(path)))
    if not changed:
        session.say(text("There was nothing to remove."))
    return 0


def show_completion(session: Session) -> int:
    """Print the script, to be put somewhere by hand."""
    shell = current_shell()
    setup(shell)
    session.out.write(SCRIPTS[shell])
    return 0


def current_shell() -> str:
    """The name of the shell that this process was called from; empty where that is none that is known."""
    from typer._completion_shared import _get_shell_name  # Typer's way to find it out

    return _get_shell_name() or ""


def _change(found: Setup, change: Callable[[], list[Path]]) -> list[Path]:
    try:
        return change()
    except OSError as error:
        path = str(error.filename or found.script)
        raise UsageError(
            text("{path} cannot be written: {error}", path=path, error=error.strerror or str(error)),
            text("Or put the script somewhere yourself: {command}", command="tutor --show-completion"),
        ) from None
