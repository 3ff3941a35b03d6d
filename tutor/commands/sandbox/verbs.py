"""The verbs of ``tutor sandbox``. Each checks what it can before it becomes root."""

from __future__ import annotations

import os
import time

from tutor import __version__
from tutor.commands.sandbox.common import confirm, keeper_for, root_for
from tutor.commands.sandbox.root import ensure_root
from tutor.commands.sandbox.telling import told, waiting
from tutor.commands.session import Session
from tutor.dataclass import dataclass
from tutor.output import interface
from tutor.output.sandboxes import render_sandboxes, sandboxes_document
from tutor.sandbox.cache import remove_unused
from tutor.sandbox.keeper import Keeper
from tutor.sandbox.looking import survey
from tutor.sandbox.plugins import own_source
from tutor.sandbox.remedies import spoken
from tutor.sandbox.store import Store
from tutor.text import text


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a sandbox is to be made from.

    :ivar ready: with the course's packages installed, instead of lying there to be.
    """

    release: str
    ready: bool


def create(session: Session, name: str | None, wishes: Wishes) -> int:
    """Make a sandbox, start it, and say how to enter it."""
    chosen, image = root_for(session, name), "ssh" if wishes.ready else "bare"
    store = Store.of(os.environ)
    with told(session), store.locked(chosen, lambda: waiting(session, chosen)):
        keeper = keeper_for(session, store, wishes.release, image)
        began = time.monotonic()
        keeper.create(chosen, wishes.release, image)
        seconds = f"{time.monotonic() - began:.1f}"
    session.say(
        text("The sandbox {name} runs, after {seconds} s.", name=chosen, seconds=seconds),
    )
    session.say(text("Enter it: {command}", command=spoken("enter", chosen)))
    return 0


def reset(session: Session, name: str | None, *, yes: bool) -> int:
    """Give a sandbox the disk of its image again."""
    chosen = root_for(session, name)
    store = Store.of(os.environ)
    with told(session), store.locked(chosen, lambda: waiting(session, chosen)):
        found = Keeper(store, own_source()).find(chosen)
        confirm(session, text("Forget all that was done in the sandbox {name}? [y/N]", name=chosen), yes=yes)
        keeper_for(session, store, found.release, found.image).reset(chosen)
    session.say(text("The sandbox {name} is as it was made.", name=chosen))
    return 0


def stop(session: Session, name: str | None, *, now: bool) -> int:
    """Shut a sandbox down; its disk stays."""
    chosen = root_for(session, name)
    store = Store.of(os.environ)
    with told(session), store.locked(chosen, lambda: waiting(session, chosen)):
        Keeper(store, own_source()).stop(chosen, at_once=now)
    session.say(text("The sandbox {name} is off; its disk is kept.", name=chosen))
    return 0


def delete(session: Session, name: str | None, *, yes: bool, images: bool) -> int:
    """Take a sandbox away, with its disk.

    :param images: also the images that no sandbox stands on; then there need not be a sandbox.
    """
    chosen = root_for(session, name)
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
        confirm(session, text("Delete the sandbox {name} and its disk? [y/N]", name=name), yes=yes)
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
