"""Takes out of a text what says who somebody is: the same thing always becomes the same placeholder.

Whatever is known to be private goes by name; what merely looks private (hardware and network
addresses, e-mail, UUIDs, long keys) goes by its shape, unless it is the course's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.dataclass import dataclass, field
from tutor.support.shapes import SHAPES, is_kept, without_punctuation

#: Names that say nothing about anybody, and that a report would be unreadable without.
PUBLIC = frozenset(
    {
        *("localhost", "root", "nobody", "debian", "ubuntu", "fedora", "linux"),
        *("libvirt", "libvirtd", "qemu", "kvm", "tutor", "python", "default", "localdomain"),
    }
)

#: The kind of what stays.
_KEPT = ""
#: Fits nowhere.
_NOTHING = r"(?!)"


@dataclass(frozen=True, slots=True)
class Secret:
    """Something to take out, and the word for what it is: ``Secret("user", "anna")`` becomes ``<user>``."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is known to be private, and what is not although it looks so, or has a private word in it.

    :param kept: MAC addresses, IP addresses, networks (``192.168.122.0/24``), digests and names, in
        small letters. A machine may be called "vm": ``minimal-vm`` is the course's all the same.
    """

    secrets: tuple[Secret, ...] = ()
    kept: frozenset[str] = field(default_factory=frozenset)


def redact(text: str, privacy: Privacy) -> str:
    """The text with a placeholder for each secret: ``<user>``, ``<mac-1>``.

    A name is taken out where it stands by itself, in any case of letters, not inside of a longer word.
    """
    return _Redaction(privacy).of(text)


class _Redaction:
    """Placeholders: numbered by their first appearance, but for the first known secret of a kind."""

    def __init__(self, privacy: Privacy) -> None:
        self._kept = privacy.kept
        self._given: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._known: dict[str, tuple[str, str]] = {}
        firsts: set[str] = set()
        spellings: set[str] = set()
        for secret in privacy.secrets:
            value = secret.value.strip().casefold()
            if not value or value in PUBLIC:
                continue
            if secret.kind not in firsts:
                firsts.add(secret.kind)
                self._given[secret.kind, value] = f"<{secret.kind}>"
            for spelling in _spellings(secret.value.strip()):
                self._known.setdefault(spelling.casefold(), (secret.kind, value))
                spellings.add(spelling)
        for word in privacy.kept:
            if word not in self._known:
                self._known[word] = (_KEPT, word)
                spellings.add(word)
        longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        self._names = re.compile("|".join(map(_by_itself, longest_first)) or _NOTHING, re.IGNORECASE)
        shapes = [f"(?P<{kind}>{shape})" for kind, shape in SHAPES.items()]
        # Shapes first: a name may be the beginning of an address, of which the rest would then remain.
        # In one pass, so that no placeholder is taken for a secret: a user may be called "user".
        self._all = re.compile("|".join([*shapes, self._names.pattern]), re.IGNORECASE)

    def of(self, text: str) -> str:
        """The text, redacted."""
        return self._all.sub(self._replaced, text)

    def _replaced(self, match: re.Match[str]) -> str:
        value, kind = match[0], match.lastgroup
        if kind is None or value.casefold() in self._known:
            return self._name(match)
        whole = without_punctuation(value) if kind == "ipv6" else value
        if is_kept(kind, whole.lower(), self._kept):
            return self._names.sub(self._name, value)
        found = "ip" if kind.startswith("ip") else kind
        return self._placeholder(found, whole.lower()) + value[len(whole) :]

    def _name(self, match: re.Match[str]) -> str:
        # What re and casefold() take for the same letter differs for a few, as the Turkish ones.
        folded = match[0].casefold()
        kind, value = self._known.get(folded, ("private", folded))
        return match[0] if kind == _KEPT else self._placeholder(kind, value)

    def _placeholder(self, kind: str, value: str) -> str:
        if (kind, value) not in self._given:
            self._counts[kind] = number = self._counts.get(kind, 0) + 1
            self._given[kind, value] = f"<{kind}-{number}>"
        return self._given[kind, value]


def _by_itself(word: str) -> str:
    before = r"(?<![^\W_])" if word[0].isalnum() else ""
    after = r"(?![^\W_])" if word[-1].isalnum() else ""
    return before + re.escape(word) + after


def _spellings(value: str) -> Iterator[str]:
    """How the value may have been written down: as it is, and as Python, JSON and URLs escape it."""
    import json
    from urllib.parse import quote

    yield value
    yield value.encode("unicode_escape").decode("ascii")
    yield value.encode("ascii", "backslashreplace").decode("ascii")
    yield json.dumps(value)[1:-1]
    yield quote(value, safe="/", errors="replace")
