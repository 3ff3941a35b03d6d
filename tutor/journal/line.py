"""One line of the journal: its canonical bytes, and what can be read back from them.

``{"kind":"answer","schema":1,"time":"2026-01-01T12:00:00+00:00","prev":"<64 hex>","data":{...}}``

``kind`` stands first so that readers can pick lines by their first bytes, without parsing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Literal

from tutor.dataclass import dataclass

Kind = Literal["check", "answer", "remembered", "course", "position", "skip"]
Event = tuple[Kind, Mapping[str, Any]]

SCHEMA = 1
GENESIS = "0" * 64
"""What the first line names as its predecessor."""
MAX_LINE = 1 << 20
"""The longest line in bytes, without its newline; a longer one is damage."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it was journalled. ``time`` is ISO 8601 in UTC, ``prev`` a SHA-256 in hex."""

    kind: str
    time: str
    prev: str
    data: Mapping[str, Any]


def utc_now() -> str:
    """The time as ISO 8601 in UTC, to the second; without ``datetime``, for the start-up's sake."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


def encode(value: object) -> bytes:
    """Canonical JSON: compact, ASCII (so also of names that are not valid Unicode), no NaN.

    :raises TypeError, ValueError: when the value is not plain JSON; a fault of the caller.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def opening(kind: str) -> bytes:
    """The first bytes of every line of this kind."""
    return b'{"kind":' + encode(kind) + b","


def assemble(kind: str, data: bytes, when: str, prev: str) -> bytes:
    """The line, without its newline; ``data`` is already encoded."""
    header = b'"schema":%d,"time":%b,"prev":%b,"data":' % (SCHEMA, encode(when), encode(prev))
    return opening(kind) + header + data + b"}"


def digest(line: bytes) -> str:
    """What the next line says of this one: SHA-256 of its bytes without the newline."""
    from tutor.digest import sha256  # not needed to read

    return sha256(line).hexdigest()


def parse(line: bytes) -> dict[str, Any] | None:
    """The JSON object on the line, or None when there is none: the line is damaged or torn."""
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def decode(line: bytes) -> Entry | None:
    """The entry on the line; None when it is damaged or of a schema that this version cannot read."""
    value = parse(line)
    return None if value is None else entry(value)


def entry(value: Mapping[str, Any]) -> Entry | None:
    """The entry that a line's object is; None when it is of a schema that this version cannot read."""
    if value.get("schema") != SCHEMA:
        return None
    kind, when, prev, data = (value.get(name) for name in ("kind", "time", "prev", "data"))
    if not (isinstance(kind, str) and isinstance(when, str) and isinstance(prev, str)):
        return None
    return Entry(kind, when, prev, data) if isinstance(data, dict) else None
