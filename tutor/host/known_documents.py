"""Documents that were found valid before: to read libvirt's schemas anew takes as long as all checks.

Kept in the cache folder, and gone without harm at any time. What is kept holds for a document's very bytes
and for the schemas as they are installed; one with faults is judged each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from tutor import __version__
from tutor.digest import sha256
from tutor.folders import NoHomeError, folders, replace_file

#: Documents that are kept, the latest ones; and bytes of what is kept of one, and of the file that is read.
_MOST, _LARGEST, _LARGEST_FILE = 32, 4 * 1024, 256 * 1024


class KnownDocuments:
    """What was found in valid documents, as it is now.

    :param environ: says where the cache folder is.
    :param schemas: the folder of the schemas that they were held against.
    """

    def __init__(self, environ: Mapping[str, str], schemas: str) -> None:
        self._path = _path(environ)
        self._known = _read(self._path) if self._path else {}
        self._stamp = "\n".join([__version__, *sorted(_stamps(schemas))]).encode()

    def find(self, content: bytes) -> Any:
        """What was kept of a document with that content, as the file has it; None where nothing was."""
        return self._known.get(self._key(content))

    def keep(self, content: bytes, found: Any) -> None:
        """Keep what was found, as JSON, in a valid document, unless it is much."""
        if self._path is None or len(json.dumps(found)) > _LARGEST:
            return
        self._known.pop(self._key(content), None)
        self._known[self._key(content)] = found
        latest = dict(list(self._known.items())[-_MOST:])
        with suppress(OSError):  # a cache that cannot be written costs time, and nothing else
            replace_file(self._path, json.dumps(latest).encode())

    def _key(self, content: bytes) -> str:
        return sha256(self._stamp + b"\0" + content).hexdigest()


def _path(environ: Mapping[str, str]) -> str | None:
    try:
        return os.path.join(folders(environ).cache, "documents.json")
    except NoHomeError:
        return None


def _read(path: str) -> dict[str, Any]:
    try:
        # Not blocking, in case something else than a file lies there.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = json.loads(file.read(_LARGEST_FILE))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _stamps(folder: str) -> Iterator[str]:
    """Other ones when a schema has changed, or one that it includes."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            status = entry.stat()
            yield f"{entry.path}:{status.st_size}:{status.st_mtime_ns}"
