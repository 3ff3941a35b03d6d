"""What the verbs of ``tutor sandbox`` share: becoming root, and somebody who keeps the sandboxes."""

from __future__ import annotations

import sys

from tutor.commands.sandbox.root import ensure_root
from tutor.commands.sandbox.telling import Building
from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.sandbox.keeper import Keeper
from tutor.sandbox.names import DEFAULT, checked_name
from tutor.sandbox.plugins import own_source
from tutor.sandbox.requirements import require_programs
from tutor.sandbox.store import Store
from tutor.text import Text, text

_YES = ("y", "yes", "j", "ja")


def root_for(session: Session, name: str | None) -> str:
    """The sandbox that is meant, once this process is root's."""
    chosen = DEFAULT if name is None else checked_name(name)
    ensure_root(session)
    return chosen


def keeper_for(session: Session, store: Store, release: str, image: str) -> Keeper:
    """A keeper that can build and boot, and says what it builds.

    :raises MachineError: a program for that is missing here.
    """
    require_programs()
    source = own_source()
    return Keeper(store, source, Building(session, release, image, source))


def confirm(session: Session, question: Text, *, yes: bool) -> None:
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
