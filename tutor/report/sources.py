"""What PATH stands for: hand-ins in files, folders and archives, each with its way there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator

from tutor.dataclass import dataclass, field
from tutor.errors import UsageError
from tutor.handin.format import LARGEST, OPENING, SUFFIX
from tutor.handin.read import Refusal
from tutor.report.archives import (
    MOST_INNER,
    Archive,
    ArchiveRefused,
    Entry,
    inner,
    is_archive,
    is_archive_inside,
)
from tutor.report.hand_in import Source
from tutor.report.naming import Origin, origin
from tutor.text import Text, text

#: What macOS and Windows put beside files, and into archives.
_LITTER = ("__MACOSX/", "/__MACOSX/", "/._", "/.DS_Store", "/Thumbs.db", "/desktop.ini")


@dataclass(slots=True)
class Found:
    """What lies at the paths: hand-ins to be, what cannot be one, and how many other files."""

    sources: list[Source] = field(default_factory=list)
    refused: list[tuple[str, Refusal]] = field(default_factory=list)
    passed_over: int = 0


def find(paths: Iterable[str]) -> Found:
    """Look through files, folders and archives. Links inside a folder are not followed.

    :raises UsageError: for a path that is not there.
    """
    found = Found()
    for path in dict.fromkeys(paths):
        _must_exist(path)
        if os.path.isdir(path):
            for inside in _walk(path, found):
                _add(found, inside, os.path.relpath(inside, path), chosen=False)
        else:
            _add(found, path, os.path.basename(path), chosen=True)
    return found


def tellable(name: str) -> str:
    """A file's name as a report can hold it: bytes that are not UTF-8 as their escapes, visibly."""
    return name.encode("utf-8", "backslashreplace").decode()


class Reader:
    """Reads one hand-in after the other, and keeps the archives open that it read from last."""

    def __init__(self) -> None:
        self._open: list[tuple[object, Archive]] = []

    def content(self, source: Source) -> bytes | str:
        """The bytes of a hand-in that lies in an archive, or the path of one that does not.

        :raises ArchiveRefused: when it cannot be had (any more).
        """
        if not source.members:
            return source.path
        *outer, number = source.members
        archive = self._archive(0, source.path, lambda: _opened(source.path))
        for depth, place in enumerate(outer, 1):
            archive = self._archive(depth, (source.path, place), lambda: inner(archive, place))  # noqa: B023
        return archive.read(number, LARGEST)

    def _archive(self, depth: int, key: object, opened: Callable[[], Archive]) -> Archive:
        if len(self._open) > depth and self._open[depth][0] == key:
            return self._open[depth][1]
        self.close(depth)
        self._open.append((key, opened()))
        return self._open[depth][1]

    def close(self, depth: int = 0) -> None:
        """Let go of the archives from this depth on."""
        while len(self._open) > depth:
            self._open.pop()[1].close()


def _opened(path: str) -> Archive:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        file = os.fdopen(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            file.close()
            raise ArchiveRefused("not-a-file", text("it is not a regular file"))
        return Archive(file)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ArchiveRefused("unreadable", text("it cannot be read: {error}", error=why)) from None


def _must_exist(path: str) -> None:
    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(text("{path} cannot be read: {error}", path=path, error=why), _TIP) from None


_TIP: Text = text("Give hand-ins, folders of them, or the archive that the learning platform gave you.")


def _walk(folder: str, found: Found) -> Iterator[str]:
    """The regular files below a folder, in the order of their names."""

    def unreadable(error: OSError) -> None:
        why = error.strerror or str(error)
        found.refused.append(
            (str(error.filename), Refusal("unreadable", text("it cannot be read: {error}", error=why)))
        )

    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(place, name)
            try:
                mode = os.lstat(path).st_mode
            except OSError as error:
                unreadable(error)
                continue
            if stat.S_ISREG(mode):
                yield path
            elif is_one(name) or is_archive(name):
                found.refused.append(
                    (path, Refusal("not-a-file", text("it is a link, a device or the like")))
                )


def _add(found: Found, path: str, relative: str, *, chosen: bool) -> None:
    """A file: an archive, a hand-in, or neither.

    :param relative: its name with the folders below the one that was given.
    :param chosen: it was named itself, so that it is always looked at.
    """
    name = relative.replace(os.sep, "/")
    if _is_litter(name):
        return
    if is_archive(name) or (chosen and is_regular(path) and is_archive_inside(path)):
        _add_archive(found, path)
    elif chosen or is_one(name) or _begins_as_one(path):
        found.sources.append(_source(path, path, (), origin(name)))
    else:
        found.passed_over += 1


def _add_archive(found: Found, path: str) -> None:
    try:
        with _opened(path) as archive:
            for entry in archive.entries():
                _add_entry(found, archive, entry, path)
    except ArchiveRefused as refused:
        found.refused.append((path, refused.refusal))


def _add_entry(found: Found, archive: Archive, entry: Entry, path: str) -> None:
    name = f"{path}: {entry.name}"
    if _is_litter(entry.name):
        return
    wanted = is_one(entry.name) or is_archive(entry.name)
    if entry.refusal is not None:
        if wanted:
            found.refused.append((name, entry.refusal))
        else:
            found.passed_over += 1
    elif is_archive(entry.name):
        _add_inner(found, archive, entry, path)
    elif wanted or archive.begins_with(entry.number, OPENING):
        found.sources.append(_source(name, path, (entry.number,), origin(entry.name)))
    else:
        found.passed_over += 1


def _add_inner(found: Found, archive: Archive, outer: Entry, path: str) -> None:
    """An archive that a student handed in: the platform's name is that of the archive."""
    said, before = origin(outer.name), len(found.sources)
    try:
        with inner(archive, outer.number) as nested:
            for entry in nested.entries():
                if len(found.sources) - before >= MOST_INNER:
                    raise _too_many_inside()
                name = f"{path}: {outer.name}: {entry.name}"
                if _is_litter(entry.name):
                    continue
                if is_archive(entry.name):
                    deep = Refusal("nested", text("it is an archive in an archive in an archive"))
                    found.refused.append((name, deep))
                elif not (is_one(entry.name) or nested.begins_with(entry.number, OPENING)):
                    found.passed_over += 1
                elif entry.refusal is not None:
                    found.refused.append((name, entry.refusal))
                else:
                    found.sources.append(_source(name, path, (outer.number, entry.number), said))
    except ArchiveRefused as refused:
        found.refused.append((f"{path}: {outer.name}", refused.refusal))


def is_one(name: str) -> bool:
    """Whether a name is that of a hand-in; Canvas and browsers add to it what they like before the suffix."""
    return name.lower().endswith(SUFFIX)


def is_regular(path: str) -> bool:
    """Whether it is a file that reading ends of."""
    return stat.S_ISREG(os.stat(path).st_mode)


def _too_many_inside() -> ArchiveRefused:
    return ArchiveRefused("too-many", text("it has more than {limit} hand-ins", limit=MOST_INNER))


def _source(name: str, path: str, members: tuple[int, ...], said: Origin | None) -> Source:
    if said is None:
        return Source(name, path, members)
    return Source(name, path, members, said.platform, said.account, said.name, said.late)


def _is_litter(name: str) -> bool:
    return any(litter in f"/{name}" for litter in _LITTER)


def _begins_as_one(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(OPENING)) == OPENING
    except OSError:
        return False
