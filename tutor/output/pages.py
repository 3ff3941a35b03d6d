"""A long text cut into screens, where a reader would cut it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.output.cells import cells

_SGR = re.compile(r"\x1b\[[0-9;]*m")


def screens(document: str, height: int, width: int) -> Iterator[str]:
    """The document in pieces of at most ``height`` rows, cut at an empty line where one is near.

    :param width: cells of a row: a longer line takes several.
    """
    piece: list[str] = []
    rows = 0
    for line in document.splitlines():
        needed = max(1, -(-cells(_SGR.sub("", line)) // width))
        if piece and rows + needed > height:
            cut = _cut(piece)
            yield "".join(one + "\n" for one in piece[:cut])
            piece = piece[cut:]
            rows = sum(max(1, -(-cells(_SGR.sub("", one)) // width)) for one in piece)
        piece.append(line)
        rows += needed
    if piece:
        yield "".join(one + "\n" for one in piece)


def _cut(piece: list[str]) -> int:
    """How many lines to show: up to the last empty one, unless that would leave half the screen empty."""
    for count in range(len(piece), len(piece) // 2, -1):
        if not piece[count - 1]:
            return count
    return len(piece)
