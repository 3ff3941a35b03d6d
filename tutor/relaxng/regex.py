"""XML Schema's patterns as Python's."""

from __future__ import annotations

import re
from functools import cache


@cache
def regex(pattern: str) -> re.Pattern[str]:
    r"""An XML Schema pattern as Python's (XML Schema part 2, appendix F).

    There ``^`` and ``$`` are ordinary characters, ``\\s`` is XML's white space, and ``.`` is no line break.
    Escapes inside brackets are the same but for ``\\i`` and ``\\c``, which libvirt's schemas do not use.
    """
    return re.compile("".join(_translated(part) for part in _PATTERN_PART.findall(pattern)))


#: An escape, a bracketed class, or one character.
_PATTERN_PART = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_TRANSLATED = {
    "^": r"\^",
    "$": r"\$",
    ".": r"[^\n\r]",
    r"\s": r"[ \t\n\r]",
    r"\S": r"[^ \t\n\r]",
    r"\i": r"[^\W\d]",
    r"\c": r"[\w.:\u00b7-]",
}


def _translated(part: str) -> str:
    if part.startswith("["):
        # A bracket inside a class, and two of some characters, would mean more to Python.
        return re.sub(r"\\.|(?!^)[\[&~|]", lambda found: _INSIDE.get(found[0], found[0]), part)
    return _TRANSLATED.get(part, part)


_INSIDE = {r"\s": r" \t\n\r", **{char: "\\" + char for char in "[&~|"}}
