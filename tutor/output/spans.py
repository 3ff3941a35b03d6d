"""Text in which some words look different, broken into lines by what is seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tutor.dataclass import dataclass, replace
from tutor.output.cells import cells
from tutor.output.style import Role, Style


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line, harmless already.

    :param whole: to be copied (a command), so not broken at its spaces where that can be helped.
    """

    text: str
    role: Role | None = None
    whole: bool = False


Line = Sequence[Span]


def wrap_spans(spans: Iterable[Span], width: int) -> list[Line]:
    """Break at spaces; only a word that is wider by itself makes a line wider than ``width`` cells."""
    lines: list[list[Span]] = [[]]
    used = 0
    for word in _words(spans, width):
        length = line_cells(word)
        if lines[-1] and used + 1 + length > width:
            lines.append([])
            used = 0
        if lines[-1]:
            lines[-1].append(_space(lines[-1][-1], word[0]))
            used += 1
        lines[-1] += word
        used += length
    return list(lines)


def painted(line: Line, style: Style) -> str:
    """The line as it is printed; neighbours of one role are painted together."""
    pieces = (
        (role, "".join(span.text for span in group)) for role, group in groupby(line, lambda span: span.role)
    )
    return "".join(style.paint(text, role) if role else text for role, text in pieces)


def line_cells(line: Line) -> int:
    """How wide the line is."""
    return sum(cells(span.text) for span in line)


def longest_word(spans: Iterable[Span], room: int) -> int:
    """How wide the widest piece is that is not broken in a line of ``room`` cells."""
    return max((line_cells(word) for word in _words(spans, room)), default=0)


def _words(spans: Iterable[Span], room: int) -> Iterator[list[Span]]:
    """Words, each of one piece or of several (``**bold**:``)."""
    word: list[Span] = []
    for span in spans:
        fits = span.whole and cells(span.text) <= room
        for number, piece in enumerate([span.text] if fits else span.text.split(" ")):
            if number and word:
                yield word
                word = []
            if piece:
                word.append(replace(span, text=piece))
    if word:
        yield word


def _space(before: Span, after: Span) -> Span:
    return Span(" ", before.role if before.role == after.role else None)
