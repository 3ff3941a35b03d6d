"""The reader: whatever the file is, it gives a hand-in or the reason why it is none, within bounds."""

from __future__ import annotations

import os
import re
import stat
from datetime import datetime, timezone
from typing import Any

import msgspec

from tutor.dataclass import dataclass
from tutor.handin import armour
from tutor.handin.format import LARGEST, OPENING, SCHEMA, HandIn, Payload
from tutor.handin.quickly import quickly
from tutor.handin.spelling import Decoded
from tutor.text import Text, text

#: Brackets inside brackets; the ruleset, the deepest of what is observed, has some fifteen.
DEEPEST = 60

#: A number that 64 bits may not hold.
_LONG_NUMBER = re.compile(rb"[0-9]{19}")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is no hand-in that can be used. ``code`` is the kebab-case cause."""

    code: str
    reason: Text


class _Refused(Exception):
    """Carries a refusal out of the reader."""

    def __init__(self, code: str, reason: Text) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, reason)


def read(source: str | os.PathLike[str] | bytes, limit: int = LARGEST) -> HandIn | Refusal:
    """The hand-in in a file, or in bytes; the reason where there is none. Nothing is ever raised.

    :param source: a path (a link is followed, anything but a regular file refused), or the file's content.
    :param limit: bytes that are read at the most.
    """
    try:
        content = source if isinstance(source, bytes) else _content(source, limit)
        if len(content) > limit:
            raise _too_large(limit)
        return _handin(content)
    except _Refused as refused:
        return refused.refusal
    except (MemoryError, RecursionError):
        return Refusal("too-large", text("it takes more memory than there is"))


def looks_like_one(content: bytes) -> bool:
    """Whether the content begins as every hand-in does, so that it is worth saying what is wrong with it."""
    return content.startswith(OPENING)


def _content(path: str | os.PathLike[str], limit: int) -> bytes:
    try:
        # Not blocking: a FIFO must not hold us up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _Refused("not-a-file", text("it is not a regular file"))
            if status.st_size > limit:
                raise _too_large(limit)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(limit + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or str(error)
        raise _Refused("unreadable", text("it cannot be read: {error}", error=why)) from None


def _too_large(limit: int) -> _Refused:
    return _Refused("too-large", text("it is larger than {limit} KiB", limit=limit // 1024))


def _handin(content: bytes) -> HandIn:
    line, newline, rest = content.partition(b"\n")
    if not content:
        raise _Refused("empty", text("it is empty"))
    if not line.startswith(OPENING):
        raise _Refused("no-hand-in", text("it was not made by tutor submit"))
    if line.endswith(b"\r"):
        raise _Refused(
            "line-ends", text("its line ends were changed on the way, by a mail program or an editor")
        )
    if not newline:
        raise _Refused("cut-off", text("it is cut off"))
    payload = _payload(line + newline)
    signature = armour.parse(rest) if rest else None
    if rest and signature is None:
        raise _Refused(
            "signature-malformed", text("what follows its first line is no signature, or a changed one")
        )
    return HandIn(payload, line + newline, signature)


def _payload(line: bytes) -> Payload:
    """The payload, held to its one spelling, its shape, and its sense."""
    payload = quickly(line, DEEPEST) or _closely(line)
    _must_make_sense(payload)
    return payload


def _closely(line: bytes) -> Payload:
    """The payload, or what is wrong with it."""
    _bounded(line)
    document = _decoded(line)
    if document.get("handin") != "libvirt-tutor":
        raise _Refused("no-hand-in", text("it was not made by tutor submit"))
    schema = document.get("schema")
    if schema != SCHEMA or type(schema) is not int:
        shown = _plain(str(schema), 20)
        raise _Refused(
            "schema", text("it has schema {schema}, and this tutor reads {known}", schema=shown, known=SCHEMA)
        )
    try:
        return msgspec.convert(document, Payload, strict=True)
    except (ValueError, RecursionError) as error:  # msgspec.ValidationError is one
        raise _malformed(str(error)) from None


def _bounded(line: bytes) -> None:
    """Refuse what could cost more than its size, before it is parsed."""
    skeleton = _outside_strings(line)
    if _LONG_NUMBER.search(skeleton):
        raise _Refused("malformed", text("a number in it is too long"))
    depth = 0
    for bracket in skeleton.translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise _Refused("too-deep", text("it is nested too deeply"))


def _outside_strings(line: bytes) -> bytes:
    """What of the JSON is in no string: an escaped quote ends none, an escaped backslash escapes nothing."""
    return b"".join(line.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        decoded = Decoded(line)
    except (ValueError, RecursionError):  # msgspec.DecodeError is one
        raise _Refused("no-json", text("it is no JSON, or was changed")) from None
    if not isinstance(decoded.document, dict) or not decoded.is_canonical:
        raise _Refused(
            "not-canonical", text("it is spelt in another way than tutor submit does: it was changed")
        )
    found: dict[str, Any] = decoded.document
    return found


def _must_make_sense(payload: Payload) -> None:
    seen = payload.recording
    if (seen.course, seen.variables, seen.tool) != (payload.course, payload.variables, payload.tool):
        raise _malformed("course, variables or tool - `$.recording`")
    for moment in (payload.made, seen.started):
        try:
            datetime.fromisoformat(moment).astimezone(timezone.utc)
        except (ValueError, OverflowError):
            raise _malformed(moment) from None
    for line in payload.journal.lines:
        if "\n" in line or (not line.isascii() and max(line) > "\xff"):
            raise _malformed("`$.journal.lines`")


def _plain(said: str, longest: int) -> str:
    """What the file says of itself, as it may stand in any list: what cannot be printed as its escape."""
    return said[:longest].encode("unicode_escape").decode("ascii")


def _malformed(error: str) -> _Refused:
    return _Refused(
        "malformed", text("it is not of the shape that it should have: {error}", error=_plain(error, 200))
    )
