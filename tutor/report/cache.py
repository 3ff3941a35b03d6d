"""Hand-ins that were judged before: by content, and by everything that a judgement depends on.

A SQLite file in the cache folder. Whatever is wrong with it, the hand-ins are judged again: that costs time,
and never a wrong grade, since each row carries the digest of its content.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tutor.folders import make_private

FILE_NAME = "report-1.sqlite"
#: Seconds after which a row that nobody asked for is dropped, and bytes of all rows that are kept.
_KEPT = 180 * 24 * 3600
_LARGEST = 512 * 1024 * 1024

_TABLE = """
CREATE TABLE IF NOT EXISTS judged (
    key BLOB PRIMARY KEY, digest BLOB NOT NULL, used INTEGER NOT NULL, content BLOB NOT NULL
) WITHOUT ROWID
"""


class Cache:
    """The file at ``path``; without one, nothing is remembered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def look_up(self, key: bytes) -> bytes | None:
        """What was kept under the key; None where nothing was, or it is damaged."""
        connection = self._opened()
        if connection is None:
            return None
        try:
            row = connection.execute("SELECT digest, content FROM judged WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            self._give_up()
            return None
        if row is None or not (isinstance(row[0], bytes) and isinstance(row[1], bytes)):
            return None
        return row[1] if hashlib.sha256(row[1]).digest() == row[0] else None

    def keep(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep contents under their keys; where that cannot be done, it is not."""
        connection, now = self._opened(), int(time.time())
        if connection is None:
            return
        try:
            with connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO judged VALUES (?, ?, ?, ?)",
                    ((key, hashlib.sha256(content).digest(), now, content) for key, content in rows),
                )
        except sqlite3.Error:
            self._give_up()

    def tidy(self, used: Iterable[bytes]) -> None:
        """Note what was asked for, and drop what nobody has asked for in a long time."""
        connection, now = self._opened(), int(time.time())
        if connection is None:
            return
        try:
            with connection:
                connection.executemany(
                    "UPDATE judged SET used = ? WHERE key = ?", ((now, key) for key in used)
                )
                connection.execute("DELETE FROM judged WHERE used < ?", (now - _KEPT,))
                (size,) = connection.execute("SELECT total(length(content)) FROM judged").fetchone()
                if size > _LARGEST:
                    connection.execute("DELETE FROM judged WHERE used < ?", (now,))
        except sqlite3.Error:
            self._give_up()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection | None:
        if self._path is None:
            return None
        if self._connection is None:
            try:
                self._connection = _connected(self._path)
            except (sqlite3.Error, OSError):
                self._give_up()
        return self._connection

    def _give_up(self) -> None:
        """A file that is no database, or a damaged one, is taken away: the next run makes it anew."""
        self.close()
        if self._path is not None and _is_broken(self._path):
            with suppress(OSError):
                self._path.unlink()
        self._path = None


def stamp(*packages: str) -> bytes:
    """A digest of the code in these folders, texts included: a check that was changed judges anew."""
    lines = []
    for package in packages:
        for folder, inside, files in os.walk(package):
            inside[:] = sorted(name for name in inside if name != "__pycache__")
            for name in sorted(files):
                path = os.path.join(folder, name)
                with suppress(OSError):
                    status = os.stat(path)
                    lines.append(f"{os.path.relpath(path, package)} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).digest()


def _connected(path: Path) -> sqlite3.Connection:
    make_private(path.parent)
    connection = sqlite3.connect(path, timeout=5)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(_TABLE)
    return connection


def _is_broken(path: Path) -> bool:
    """Whether SQLite itself says that the file is damaged: one that is locked or full is not."""
    try:
        connection = sqlite3.connect(path, timeout=1)
        try:
            row = connection.execute("PRAGMA quick_check(1)").fetchone()
            return row is None or row[0] != "ok"
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        return not isinstance(error, sqlite3.OperationalError)
