"""How wide text is on a terminal, and how it is broken into lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

_FIRST_UNUSUAL = "\u0300"  # below this, every printable character takes one cell
_HANGUL_MEDIAL = range(0x1160, 0x1200)  # joins the letter before it
#: A word, or a command in backquotes, which is to be copied and so is kept together.
_WORD = re.compile(r"[^ `]*`[^`]+`[^ ]*|[^ ]+")


def cells(text: str) -> int:
    """The number of terminal cells that printable text takes (Unicode Standard Annex 11)."""
    if text.isascii() or max(text) < _FIRST_UNUSUAL:
        return len(text)
    return sum(map(_cells_of, text))


def pad(text: str, width: int) -> str:
    """The text with spaces up to ``width`` cells."""
    return text + " " * (width - cells(text))


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Break one line of text at spaces.

    :param width: cells; only a word that is wider by itself makes a line wider.
    :param first: what stands before the first line.
    :param rest: what stands before the others.
    """
    if cells(first) + cells(text) <= width:
        return [(first + text).rstrip(" ")]
    lines, line, space = [], first, ""
    breakable = cells(first) > cells(rest)  # a label, after which a long word may need its own line
    for word in _words(text, width - cells(rest)):
        if breakable and cells(line) + len(space) + cells(word) > width:
            lines.append(line.rstrip(" "))
            line, space = rest, ""
        line += space + word
        space, breakable = " ", True
    return [*lines, line.rstrip(" ")]


def _words(text: str, room: int) -> Iterator[str]:
    for word in _WORD.findall(text):
        if cells(word) <= room:
            yield word
        else:
            yield from word.split(" ")


def _cells_of(char: str) -> int:
    if category(char) in {"Mn", "Me"} or ord(char) in _HANGUL_MEDIAL:
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1
