"""What is written down of a sandbox, in its own directory: that it is ours, and how far it has come."""

from __future__ import annotations

import json
import os
import stat
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, get_args

from tutor.dataclass import asdict, dataclass
from tutor.folders import replace_whole
from tutor.sandbox.process import MachineError
from tutor.text import text

#: ``making``, ``resetting`` and ``deleting`` stay only where that was broken off.
Phase = Literal["making", "off", "on", "resetting", "deleting"]
FILE = "sandbox.json"
_MARK = "libvirt-tutor sandbox"
_SCHEMA = 1
_LONGEST = 65536


@dataclass(frozen=True, slots=True)
class Record:
    """One sandbox.

    :ivar release: Debian's name for it; :ivar image: ``bare`` or ``ssh`` (the course's packages installed).
    :ivar layers: the directories its disk lies over, the topmost first; none before they are made.
    :ivar since: when ``phase`` began, ISO 8601 in UTC.
    """

    name: str
    release: str
    image: str
    phase: Phase
    created: str
    since: str
    layers: tuple[str, ...] = ()


class ForeignError(MachineError):
    """A directory stands where a sandbox would, and this tool did not make it."""


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def write(directory: Path, record: Record) -> None:
    """Write the record: whole, or not at all.

    :raises OSError: it cannot be written.
    """
    document = {"kind": _MARK, "schema": _SCHEMA, **asdict(record)}
    replace_whole(directory / FILE, (json.dumps(document, indent=1) + "\n").encode(), 0o600)


def read(directory: Path) -> Record:
    """The record of the sandbox in ``directory``.

    :raises ForeignError: it is none that this tool made: a link, another's, without a record, or with
        one that cannot be read.
    """
    try:
        if not stat.S_ISDIR(directory.lstat().st_mode):
            raise _foreign(directory)
        record = _parsed(json.loads(_content(directory / FILE)))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise _foreign(directory) from None
    if record.name != directory.name:
        raise _foreign(directory)
    return record


def _content(path: Path) -> bytes:
    """The file's content; only a plain file of this user's counts."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        seen = os.fstat(fd)
        if not stat.S_ISREG(seen.st_mode) or seen.st_uid != os.geteuid():
            raise ValueError(path)
        return file.read(_LONGEST)


def _parsed(document: Any) -> Record:
    if document["kind"] != _MARK or document["schema"] != _SCHEMA:
        raise ValueError(document)
    known = {name: document[name] for name in Record.__annotations__}
    layers = known.pop("layers")
    if not isinstance(layers, list) or not all(
        isinstance(value, str) for value in (*known.values(), *layers)
    ):
        raise TypeError(document)
    if known["phase"] not in get_args(Phase):
        raise ValueError(document)
    return Record(**known, layers=tuple(layers))


def _foreign(directory: Path) -> ForeignError:
    return ForeignError(
        text("{directory} is nothing that tutor made: it is left alone.", directory=str(directory)),
        text("Look at it yourself, and move it away or take another name."),
    )
