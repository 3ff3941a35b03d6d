"""The folder of a report: new, empty, or an earlier report's. Nobody's files are ever overwritten."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tutor.errors import UsageError
from tutor.text import text

#: Stands in every folder of ours, and lists the files that we put there, one a line.
MARKER = "made-by-libvirt-tutor.txt"


def write_folder(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write the files, and only then put the folder in its place: a failure leaves what was there.

    :param files: relative paths of ours, and what is in each.
    :raises UsageError: when the folder holds anything that we did not make, or cannot be written.
    """
    place = Path(os.path.realpath(folder))
    must_be_ours(place)
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        _fill(scratch / "new", files)
        _exchange(scratch, place)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        if os.path.lexists(place) or not (scratch / "old").exists():
            shutil.rmtree(scratch, ignore_errors=True)


def must_be_ours(place: Path) -> None:
    """Hold the place of a report to being free for it.

    :raises UsageError: when there is something else.
    """
    if not os.path.lexists(place):
        return
    try:
        stranger = _stranger(place)
    except OSError as error:
        raise _unwritable(place, error) from None
    if stranger is not None:
        raise UsageError(
            text("{folder} holds something that no report made: {name}", folder=str(place), name=stranger),
            text("Choose a folder that does not exist yet."),
        )


def _stranger(place: Path) -> str | None:
    """A file there that we did not put there."""
    if not place.is_dir():
        return place.name
    found = set(_paths(place))
    if not found:
        return None
    listed: set[str] = set()
    with suppress(FileNotFoundError):
        listed = {MARKER, *(place / MARKER).read_text(encoding="utf-8", errors="replace").split("\n")}
    return min(found - listed, default=None)


def _paths(place: Path) -> Iterator[str]:
    """All that is in it but plain folders; a link is a file here, wherever it leads."""

    def failed(error: OSError) -> None:
        raise error

    for root, folders, files in os.walk(place, onerror=failed):
        links = (name for name in folders if os.path.islink(os.path.join(root, name)))
        for name in (*files, *links):
            yield os.path.relpath(os.path.join(root, name), place)


def _fill(new: Path, files: Iterable[tuple[str, str]]) -> None:
    new.mkdir()
    names = []
    for name, content in files:
        path = new / name
        path.parent.mkdir(exist_ok=True)
        # What cannot be written was made harmless long before; a lone surrogate must not cost the report.
        path.write_text(content, encoding="utf-8", errors="backslashreplace", newline="\n")
        names.append(name)
    (new / MARKER).write_text("\n".join([*names, ""]), encoding="utf-8")


def _exchange(scratch: Path, place: Path) -> None:
    """The new folder in the old one's place; the old one is back there if that does not work."""
    new, old = scratch / "new", scratch / "old"
    new.chmod(0o700)  # the report of a class is not for everybody on the machine
    if not os.path.lexists(place):
        new.rename(place)
        return
    place.rename(old)
    try:
        new.rename(place)
    except BaseException:  # an interruption, too
        old.rename(place)
        raise


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        text("{folder} cannot be written: {reason}", folder=str(folder), reason=error.strerror or str(error)),
        text("Choose another folder."),
    )
