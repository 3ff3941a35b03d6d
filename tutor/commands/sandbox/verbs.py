"""The verbs of ``tutor sandbox``. Each checks what it can before it becomes root."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from tutor import __version__
from tutor.commands.sandbox.root import ensure_root
from tutor.commands.sandbox.telling import Building, told, waiting
from tutor.commands.session import Session
from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.output import interface
from tutor.output.sandboxes import render_sandboxes, sandboxes_document
from tutor.sandbox.cache import remove_unused
from tutor.sandbox.container import Container
from tutor.sandbox.entering import entering
from tutor.sandbox.keeper import Keeper, spoken
from tutor.sandbox.looking import survey
from tutor.sandbox.names import DEFAULT, checked_name
from tutor.sandbox.requirements import require_programs
from tutor.sandbox.sources import own_source
from tutor.sandbox.store import Store
from tutor.text import Text, text

_YES = ("y", "yes", "j", "ja")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a sandbox is to be made from.

    :ivar ready: with the course's packages installed, instead of lying there to be.
    """

    release: str
    ready: bool


def create(session: Session, name: str | None, wishes: Wishes) -> int:
    """Make a sandbox, start it, and say how to enter it."""
    chosen, image = _root_for(session, name), "ssh" if wishes.ready else "bare"
    store = Store.of(os.environ)
    with told(session), store.locked(chosen, lambda: waiting(session, chosen)):
        keeper = _keeper(session, store, wishes.release, image)
        began = time.monotonic()
        keeper.create(chosen, wishes.release, image)
        seconds = f"{time.monotonic() - began:.1f}"
    session.say(
        text("The sandbox {name} runs, after {seconds} s.", name=chosen, seconds=seconds),
    )
    session.say(text("Enter it: {command}", command=spoken("enter", chosen)))
    return 0


def enter(session: Session, name: str | None) -> int:
    """Open a login shell of the student's; does not return where that can be done."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            text("A shell wants a terminal"),
            text("Run one command: {command}", command=f"{spoken('run', name or DEFAULT)} -- COMMAND"),
        )
    chosen = _root_for(session, name)
    return _into(session, _started(session, chosen), None)


def run(session: Session, name: str | None, command: Sequence[str]) -> int:
    """Run a command as the student, with this process's input and output; its exit code is the command's."""
    if not command:
        raise UsageError(
            text("The command is missing: it stands behind --"),
            text("Example: {command}", command=f"{spoken('run', name or DEFAULT)} -- virsh list --all"),
        )
    chosen = _root_for(session, name)
    return _into(session, _started(session, chosen), command)


def reset(session: Session, name: str | None, *, yes: bool) -> int:
    """Give a sandbox the disk of its image again."""
    chosen = _root_for(session, name)
    store = Store.of(os.environ)
    with told(session), store.locked(chosen, lambda: waiting(session, chosen)):
        found = Keeper(store, own_source()).find(chosen)
        _confirm(session, text("Forget all that was done in the sandbox {name}? [y/N]", name=chosen), yes=yes)
        _keeper(session, store, found.release, found.image).reset(chosen)
    session.say(text("The sandbox {name} is as it was made.", name=chosen))
    return 0


def stop(session: Session, name: str | None, *, now: bool) -> int:
    """Shut a sandbox down; its disk stays."""
    chosen = _root_for(session, name)
    store = Store.of(os.environ)
    with told(session), store.locked(chosen, lambda: waiting(session, chosen)):
        Keeper(store, own_source()).stop(chosen, at_once=now)
    session.say(text("The sandbox {name} is off; its disk is kept.", name=chosen))
    return 0


def delete(session: Session, name: str | None, *, yes: bool, images: bool) -> int:
    """Take a sandbox away, with its disk.

    :param images: also the images that no sandbox stands on; then there need not be a sandbox.
    """
    chosen = _root_for(session, name)
    store = Store.of(os.environ)
    with told(session):
        if not images or name is not None or chosen in store.names():
            _delete(session, store, chosen, yes=yes)
        if images:
            freed = remove_unused()
            session.say(text("Images removed: {count}", count=len(freed)))
    return 0


def _delete(session: Session, store: Store, name: str, *, yes: bool) -> None:
    with store.locked(name, lambda: waiting(session, name)):
        keeper = Keeper(store, own_source())
        keeper.find_any(name)
        _confirm(session, text("Delete the sandbox {name} and its disk? [y/N]", name=name), yes=yes)
        keeper.delete(name)
    session.say(text("The sandbox {name} is gone.", name=name))


def list_sandboxes(session: Session) -> int:
    """All sandboxes of this user's, and what is to be done about those that are broken."""
    store = Store.of(os.environ)
    if store.folder.is_dir():
        ensure_root(session)
    with told(session):
        rows = [*survey(store)]
    if session.options.format == "json":
        interface.write(sandboxes_document(rows, session.translate, __version__), session.out, "json")
    else:
        interface.write(render_sandboxes(rows, session.translate, session.style), session.out, "text")
    return 0


def _root_for(session: Session, name: str | None) -> str:
    """The sandbox that is meant, once this process is root's."""
    chosen = DEFAULT if name is None else checked_name(name)
    ensure_root(session)
    require_programs()
    return chosen


def _keeper(session: Session, store: Store, release: str, image: str) -> Keeper:
    """A keeper that says what it builds, and has the room to."""
    source = own_source()
    return Keeper(store, source, Building(session, release, image, source))


def _started(session: Session, name: str) -> Container:
    store = Store.of(os.environ)
    with told(session), store.locked(name, lambda: waiting(session, name)):
        found = Keeper(store, own_source()).find(name)
        return _keeper(session, store, found.release, found.image).start(name)


def _into(session: Session, container: Container, command: Sequence[str] | None) -> int:
    """Become the command: its terminal, its input and its exit code are this process's."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    argv, environ = entering(container, command, terminal=terminal, environ=os.environ)
    for stream in (session.out, session.err):
        stream.flush()
    os.execvpe(argv[0], argv, environ)  # noqa: S606 - no shell is wanted


def _confirm(session: Session, question: Text, *, yes: bool) -> None:
    """Ask once.

    :raises UsageError: when the answer is no, or nobody is there to answer.
    """
    if yes:
        return
    again = text("Without being asked: --yes.")
    if not session.interactive:
        raise UsageError(text("Nothing was done: nobody is there to be asked."), again)
    session.err.write(session.error_style.show(question.render(session.translate)) + " ")
    session.err.flush()
    if sys.stdin.readline().strip().lower() not in _YES:
        raise UsageError(text("Nothing was done."), again)
