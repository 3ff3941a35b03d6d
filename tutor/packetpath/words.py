"""The text form of a rule, word by word."""

from __future__ import annotations

import re
from typing import Any

from tutor.dataclass import dataclass, field
from tutor.packetpath.address import address

_WORD = re.compile(r'"[^"]*"(?:-"[^"]*")?,?|[{}()]|[^\s{}()]+')
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|[0-9]+")


class NotReadable(Exception):
    """The text has a part that this program does not know."""


@dataclass(slots=True)
class Words:
    """A rule's words, taken one after the other."""

    text: str
    _left: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._left = _WORD.findall(self.text)[::-1]

    def __bool__(self) -> bool:
        return bool(self._left)

    def peek(self) -> str:
        """The next word, empty at the end."""
        return self._left[-1] if self._left else ""

    def take(self) -> str:
        """The next word, and on.

        :raises NotReadable: there is none.
        """
        if not self._left:
            raise NotReadable(self.text)
        return self._left.pop()

    def skip(self, *words: str) -> bool:
        """Go past the words if they come next, all of them."""
        if self._left[::-1][: len(words)] != list(words):
            return False
        del self._left[len(self._left) - len(words) :]
        return True

    def expect(self, word: str) -> None:
        """Go past ``word``.

        :raises NotReadable: something else comes next.
        """
        if not self.skip(word):
            raise NotReadable(self.text)


def constant(word: str) -> Any:
    """A value as ``nft -j`` has it: a number, a name, ``range``, ``prefix``, or a list of them.

    :raises NotReadable: it is of no known form.
    """
    if word.startswith('"'):
        if '"-"' in word:
            raise NotReadable(word)
        return word.strip('",')
    if "," in word.strip(","):
        return [constant(part) for part in word.split(",")]
    if _NUMBER.fullmatch(word):
        return int(word, 0)
    for separator, make in (("/", _prefix), ("-", _range)):
        first, found, last = word.partition(separator)
        if found and _is_value(first):
            return make(first, last)
    return word


def _prefix(first: str, last: str) -> dict[str, Any]:
    return {"prefix": {"addr": first, "len": int(last)}}


def _range(first: str, last: str) -> dict[str, Any]:
    return {"range": [constant(first), constant(last)]}


def _is_value(word: str) -> bool:
    if _NUMBER.fullmatch(word):
        return True
    try:
        address(word)
    except ValueError:
        return False
    return True
