"""What is seen of sandboxes: one, and all of a user's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from tutor.dataclass import dataclass
from tutor.sandbox import cgroups, record
from tutor.sandbox.clearing import is_empty
from tutor.sandbox.condition import Condition, Seen, condition
from tutor.sandbox.record import ForeignError, Record
from tutor.sandbox.room import used
from tutor.sandbox.store import Store
from tutor.sandbox.supervisor import RECORD, recorded_groups, supervisor
from tutor.text import text


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list.

    :ivar release: and ``image`` are None of what is none of ours; :ivar since: ISO 8601 in UTC, or not known.
    :ivar disk: bytes.
    """

    name: str
    release: str | None
    image: str | None
    condition: Condition
    since: str | None
    disk: int


def look(directory: Path, found: Record, *, busy: bool = False) -> Condition:
    """What the sandbox in ``directory`` is right now.

    :param busy: somebody else works on it.
    """
    holder = supervisor(directory)
    alive = holder is not None and holder.alive
    seen = Seen(
        busy=busy,
        holder=alive,
        init=holder is not None and holder.init > 0,
        layers=all(Path(layer).is_dir() for layer in found.layers),
        strays=not alive and bool(cgroups.members(recorded_groups(directory))),
    )
    return condition(found.phase, seen)


def survey(store: Store) -> Iterator[Row]:
    """Every sandbox of a user, and whatever stands among them, by name."""
    for name in store.names():
        directory = store.directory(name)
        busy = store.busy(name)
        # Deleted while it is looked at.
        with contextlib.suppress(FileNotFoundError):
            yield _row(directory, busy=busy)


def _row(directory: Path, *, busy: bool) -> Row:
    directory.lstat()
    if is_empty(directory):
        begun = Condition("busy" if busy else "broken", text("its making was broken off"), "create")
        return Row(directory.name, None, None, begun, None, 0)
    try:
        found = record.read(directory)
    except ForeignError as error:
        return Row(directory.name, None, None, Condition("foreign", error.what), None, used(directory))
    seen = look(directory, found, busy=busy)
    return Row(found.name, found.release, found.image, seen, _since(directory, found, seen), used(directory))


def _since(directory: Path, found: Record, seen: Condition) -> str | None:
    """Since when it is as it is: a machine that runs has written down when it began."""
    if seen.state == "running":
        began = (directory / RECORD).stat().st_mtime
        return datetime.fromtimestamp(began, timezone.utc).isoformat(timespec="seconds")
    return None if found.phase == "on" else found.since
