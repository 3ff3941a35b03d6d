"""A lesson's file, saved for the student: nothing that differs is lost."""

from __future__ import annotations

import difflib
import os
from itertools import islice
from pathlib import Path
from typing import Literal

from tutor.dataclass import dataclass
from tutor.errors import UserError
from tutor.folders import replace_whole
from tutor.text import text

Found = Literal["nothing", "same", "other"]

#: More than this nobody compares by eye, and no lesson's file has it.
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """A path, and what is there now; ``difference`` are the hunks of a unified diff (diff(1), -u)."""

    path: str
    found: Found
    difference: tuple[str, ...] = ()


def look(path: str, content: str) -> Place:
    """What saving ``content`` at ``path`` would replace.

    :raises UserError: when something is there that cannot be read as a file.
    """
    try:
        with open(path, "rb") as file:
            before = file.read(_LARGEST)
    except FileNotFoundError:
        return Place(path, "nothing")
    except OSError as error:
        raise _in_the_way(path, error) from None
    if before == content.encode():
        return Place(path, "same")
    old = before.decode(errors="backslashreplace").splitlines()
    # Without the two lines that name the files: there is only one.
    lines = islice(difflib.unified_diff(old, content.splitlines(), lineterm=""), 2, None)
    return Place(path, "other", tuple(lines))


def save(path: str, content: str) -> str | None:
    """Write the file, whole or not at all, with the mode of the one that it replaces.

    :returns: where the file that was there is kept; None where there was none.
    :raises UserError: when that is not possible; the file then is as it was.
    """
    target = Path(os.path.realpath(path))  # a link stays one
    try:
        kept = _keep(target) if target.exists() else None
        target.parent.mkdir(parents=True, exist_ok=True)
        if kept:
            mode = target.stat().st_mode & 0o777
            replace_whole(target, content.encode(), mode)
            target.chmod(mode)  # with what the umask took
        else:
            replace_whole(target, content.encode())
    except OSError as error:
        raise _in_the_way(path, error) from None
    return str(kept) if kept else None


def _keep(target: Path) -> Path:
    """A copy of the file beside it, under a name of its own: no earlier copy is replaced."""
    content = target.read_bytes()
    number = 1
    while True:
        beside = target.with_name(f"{target.name}.~{number}~")
        try:
            with beside.open("xb") as file:
                os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
                file.write(content)
        except FileExistsError:
            number += 1
        else:
            return beside


def _in_the_way(path: str, error: OSError) -> UserError:
    what = text("{path} cannot be saved: {error}", path=path, error=error.strerror or str(error))
    return UserError(what, text("Move what is in the way to another place, or make room, then try again."))
