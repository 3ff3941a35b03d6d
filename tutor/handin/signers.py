"""A roster's keys: the allowed-signers format (ssh-keygen(1), ALLOWED SIGNERS)."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterable, Iterator

from tutor.dataclass import dataclass, field
from tutor.errors import UsageError
from tutor.text import Text, text

#: Bytes of the largest file: some 50,000 keys.
LARGEST = 16 * 1024 * 1024

#: A word; quotes keep spaces in it, as in ``"Anna A",anna@example.org`` or ``valid-after="2026"``.
_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_KEY_TYPE = re.compile(r"(?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+")
_AUTHORITY = "cert-authority"
_WILDCARDS = ("*", "?", "!")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the file: who may sign with which key. ``key`` is the public key's own bytes."""

    principals: tuple[str, ...]
    key: bytes
    authority: bool
    text: str


@dataclass(frozen=True, slots=True)
class AllowedSigners:
    """The entries by key, those of certificate authorities, and the lines that are no entries."""

    by_key: dict[bytes, list[Entry]] = field(default_factory=dict)
    authorities: list[Entry] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)

    @property
    def principals(self) -> frozenset[str]:
        """Everybody who is named; patterns as they are written."""
        entries = (entry for entries in self.by_key.values() for entry in entries)
        return frozenset(name for entry in (*entries, *self.authorities) for name in entry.principals)


def read_signers(path: str | os.PathLike[str]) -> AllowedSigners:
    """The file's entries. A line that is none is noted, and keeps nobody else from being read.

    :raises UsageError: when the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(text("{path} cannot be read: {error}", path=str(path), error=why), _TIP) from None
    if len(content) > LARGEST:
        raise UsageError(
            text("{path} is larger than {limit} MiB", path=str(path), limit=LARGEST // 2**20), _TIP
        )
    return signers(content.decode("utf-8-sig", "surrogateescape").split("\n"))


_TIP: Text = text("A line for each student: anna@example.org ssh-ed25519 AAAA..., as ssh-keygen(1) has it.")


def signers(lines: Iterable[str]) -> AllowedSigners:
    """The entries on these lines; see :func:`read_signers`."""
    allowed = AllowedSigners()
    for number, line in enumerate(lines, 1):
        line = line.strip()  # noqa: PLW2901 - the line without its end
        if not line or line.startswith("#"):
            continue
        entry = _entry(line)
        if entry is None:
            allowed.faults.append(number)
        elif entry.authority:
            allowed.authorities.append(entry)
        else:
            allowed.by_key.setdefault(entry.key, []).append(entry)
    return allowed


def identity(entry: Entry, claimed: Iterable[str]) -> str | None:
    """The name to verify a signature of the entry's key as: what is claimed where the entry lists it.

    None where it lists nobody by name, and nothing is claimed.
    """
    wanted = [name for name in claimed if name]
    listed = [name for name in entry.principals if not name.startswith(_WILDCARDS) and "*" not in name]
    by_name = next((name for name in wanted if name in listed), None)
    return by_name or next(iter(listed), None) or next(iter(wanted), None)


def _entry(line: str) -> Entry | None:
    words = _WORD.findall(line)
    for place, word in enumerate(words[1:-1], 1):
        if _KEY_TYPE.fullmatch(word) and (key := _key(word, words[place + 1])):
            options = ",".join(words[1:place]).lower().split(",")
            return Entry(tuple(_principals(words[0])), key, _AUTHORITY in options, line)
    return None


def _key(type_: str, encoded: str) -> bytes | None:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    name = type_.encode()
    return key if key.startswith(len(name).to_bytes(4, "big") + name) else None


def _principals(word: str) -> Iterator[str]:
    return (name for name in word.replace('"', "").split(",") if name)
