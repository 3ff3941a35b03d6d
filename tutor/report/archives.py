"""Zip archives, as hostile as they may be: nothing is unpacked to the disk, and all reading has a limit.

A name in an archive is only ever shown, and no path is made of it.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import IO

from tutor.dataclass import dataclass
from tutor.handin.format import LARGEST
from tutor.handin.read import Refusal
from tutor.text import Text, text

#: Entries of the largest archive, and bytes of its directory, which is read into memory as a whole.
MOST_ENTRIES = 100_000
LARGEST_DIRECTORY = 32 * 1024 * 1024

#: Bytes of the largest archive inside an archive: one student's own.
LARGEST_INNER = 64 * 1024 * 1024

#: Hand-ins in the largest of these: each costs as much to reach as all of it.
MOST_INNER = 50

#: JSON of ours is packed to a tenth; zeros to a thousandth.
HIGHEST_RATIO = 200
#: Below this many bytes nobody minds how well something was packed.
SMALL = 1024 * 1024

#: Everything that Python's reader is known to raise on an archive that is none, or was made to be one.
BROKEN = (
    OSError,
    ValueError,
    LookupError,
    EOFError,
    OverflowError,
    MemoryError,
    RuntimeError,  # NotImplementedError is one
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

_END = b"PK\x05\x06"
_END_SIZE, _LONGEST_COMMENT = 22, 0xFFFF
_ENCRYPTED = 0x1
_UNIX_KINDS = {0, stat.S_IFREG}


class ArchiveRefused(Exception):
    """Why nothing can be had from an archive, or from an entry of it."""

    def __init__(self, code: str, reason: Text) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive; ``number`` is its place there. ``refusal`` says why it is not to be read."""

    number: int
    name: str
    refusal: Refusal | None = None


class Archive:
    """An open archive.

    :param file: seekable, and as large as it may be.
    :raises ArchiveRefused: when it is none, or one that is not to be opened.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        try:
            size = _checked_end(file)
            self._zip = zipfile.ZipFile(file)
            self._infos = self._zip.infolist()
            _must_be_bearable(self._infos, size)
        except ArchiveRefused:
            file.close()
            raise
        except BROKEN as error:
            file.close()
            raise _damaged(error) from None

    def __enter__(self) -> Archive:  # noqa: PYI034 - Self is of Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it, and of the file."""
        self._zip.close()
        self._file.close()

    def entries(self) -> Iterator[Entry]:
        """The files in it, in the order of its directory; folders are none."""
        names = Counter(info.filename for info in self._infos)
        for number, info in enumerate(self._infos):
            if not info.is_dir():
                yield Entry(number, _shown(info.filename), _fault(info, names))

    def read(self, number: int, limit: int = LARGEST) -> bytes:
        """The content of an entry.

        :raises ArchiveRefused: when it cannot be had within the limit.
        """
        info = self._info(number)
        if info.file_size > limit:
            raise ArchiveRefused("too-large", text("it is larger than {limit} KiB", limit=limit // 1024))
        try:
            with self._zip.open(info) as file:
                # The entry's own size is a claim: the reader stops there, and then compares the checksum.
                return file.read(limit + 1)
        except BROKEN as error:
            raise _damaged(error) from None

    def begins_with(self, number: int, opening: bytes) -> bool:
        """Whether the content of an entry begins so; no where it cannot be read."""
        try:
            with self._zip.open(self._info(number)) as file:
                return file.read(len(opening)) == opening
        except (*BROKEN, ArchiveRefused):
            return False

    def _info(self, number: int) -> zipfile.ZipInfo:
        if not 0 <= number < len(self._infos):
            raise ArchiveRefused("damaged", text("the archive was changed meanwhile"))
        info = self._infos[number]
        refusal = _fault(info, Counter())
        if refusal is not None:
            raise ArchiveRefused(refusal.code, refusal.reason)
        return info


def inner(outer: Archive, number: int) -> Archive:
    """The archive that is an entry of another.

    :raises ArchiveRefused: when it is none, or too large.
    """
    return Archive(BytesIO(outer.read(number, LARGEST_INNER)))


def is_archive(name: str) -> bool:
    """Whether a name is that of an archive."""
    return name.lower().endswith(".zip")


def is_archive_inside(path: str) -> bool:
    """Whether a file is an archive, whatever its name is."""
    try:
        with open(path, "rb") as file:
            return file.read(4) in (b"PK\x03\x04", _END)
    except OSError:
        return False


def _must_be_bearable(infos: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Refuse an archive of too many entries, or of such as share their bytes, which unpack to any size."""
    if len(infos) > MOST_ENTRIES:
        raise _too_many()
    unpacked = sum(info.file_size for info in infos)
    if unpacked > max(HIGHEST_RATIO * size, SMALL):
        raise ArchiveRefused("bomb", text("it would unpack to {size} MiB", size=unpacked // 2**20))


def _fault(info: zipfile.ZipInfo, names: Counter[str]) -> Refusal | None:
    """Why an entry is not to be read: the first reason of those that there are."""
    parts = info.filename.replace("\\", "/").split("/")
    size = info.file_size
    reasons = (
        (
            stat.S_IFMT(info.external_attr >> 16) not in _UNIX_KINDS,
            Refusal("not-a-file", text("it is a link, a device or the like")),
        ),
        (
            ".." in parts or parts[0] == "" or parts[0].endswith(":"),
            Refusal("unsafe-name", text("its name leads out of the archive")),
        ),
        (
            names[info.filename] > 1,
            Refusal("duplicate", text("the archive has more than one of that name")),
        ),
        (bool(info.flag_bits & _ENCRYPTED), Refusal("encrypted", text("it is encrypted"))),
        (
            info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
            Refusal("compression", text("it is packed in a way that no learning platform uses")),
        ),
        (
            size > SMALL and size > HIGHEST_RATIO * info.compress_size,
            Refusal("bomb", text("it would unpack to {size} MiB", size=size // 2**20)),
        ),
    )
    return next((refusal for so, refusal in reasons if so), None)


def _checked_end(file: IO[bytes]) -> int:
    """The archive's size, if what its end says of the directory is not more than is to be read.

    A zip64 archive has all ones there: then the directory is at most what lies before its end
    (APPNOTE.TXT, 4.3.16).
    """
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _END_SIZE - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise ArchiveRefused("no-archive", text("it is no zip archive, or cut off"))
    entries, directory = struct.unpack_from("<HI", tail, place + 10)
    if entries == 0xFFFF or directory == 0xFFFFFFFF:  # noqa: PLR2004 - zip64
        entries, directory = _zip64(file, tail, place, start)
    if entries > MOST_ENTRIES or directory > LARGEST_DIRECTORY:
        raise _too_many()
    file.seek(0)
    return size


def _zip64(file: IO[bytes], tail: bytes, place: int, start: int) -> tuple[int, int]:
    """Entries and bytes of the directory, as a zip64 archive has them; else what the old end has."""
    entries, directory = struct.unpack_from("<HI", tail, place + 10)
    locator = place - 20
    if locator < 0 or tail[locator : locator + 4] != b"PK\x06\x07":
        return entries, directory
    (at,) = struct.unpack_from("<Q", tail, locator + 8)
    if at >= start + place:
        raise ArchiveRefused("damaged", text("it is no zip archive, or cut off"))
    file.seek(at)
    record = file.read(56)
    if len(record) < 56 or record[:4] != b"PK\x06\x06":  # noqa: PLR2004 - the record's size
        raise ArchiveRefused("damaged", text("it is no zip archive, or cut off"))
    entries, directory = struct.unpack_from("<QQ", record, 32)
    return entries, directory


def _too_many() -> ArchiveRefused:
    return ArchiveRefused("too-many", text("it has more than {limit} entries", limit=MOST_ENTRIES))


def _damaged(error: BaseException) -> ArchiveRefused:
    return ArchiveRefused(
        "damaged", text("it is damaged: {error}", error=str(error)[:200] or type(error).__name__)
    )


def _shown(name: str) -> str:
    return name.replace("\\", "/")
