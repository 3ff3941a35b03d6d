"""Tables on a terminal: in columns where they fit, else one record below the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from tutor.dataclass import replace
from tutor.output.spans import Line, Span, line_cells, longest_word, painted, wrap_spans
from tutor.output.style import Style

Cell = Sequence[Span]
Row = Sequence[Cell]

_GAP = 2
#: A column that had to be narrower than this is no column to read in.
_NARROWEST = 14


def table_lines(header: Row, rows: Sequence[Row], style: Style, width: int) -> list[str]:
    """Lines of at most ``width`` cells, but for words that are wider.

    Screen readers read lines, not columns: a plain style always gets records.
    """
    header = [[replace(span, role="heading") for span in cell] for cell in header]
    widths = None if style.plain else _column_widths([header, *rows], width)
    if widths is None:
        return _records(header, rows, style, width)
    lines = _row_lines(header, widths, style)
    lines.append(style.paint("  ".join(style.show("─") * each for each in widths), "quiet"))
    for row in rows:
        lines += _row_lines(row, widths, style)
    return lines


def _column_widths(rows: Sequence[Row], width: int) -> list[int] | None:
    """Cells for each column; None where there is no room to read in."""
    columns = list(zip(*rows, strict=True))  # Markdown gives each row as many cells as the header has
    natural = [max(line_cells(cell) for cell in column) for column in columns]
    room = width - _GAP * (len(columns) - 1)
    if sum(natural) <= room:
        return natural
    # Commands in one piece if that can be, else broken at their spaces.
    for whole in (room, 0):
        least = [
            min(wide, max(_NARROWEST, *(longest_word(cell, whole) for cell in column)))
            for wide, column in zip(natural, columns, strict=True)
        ]
        if sum(least) <= room:
            return _shared_out(least, natural, room)
    return None


def _shared_out(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """What is left of the room, to each column in proportion to what it lacks."""
    lacking = [wide - small for wide, small in zip(natural, least, strict=True)]
    spare = room - sum(least)
    return [small + spare * lack // sum(lacking) for small, lack in zip(least, lacking, strict=True)]


def _row_lines(row: Row, widths: Sequence[int], style: Style) -> list[str]:
    cells = [wrap_spans(cell, width) for cell, width in zip(row, widths, strict=True)]
    lines = []
    for parts in zip_longest(*cells, fillvalue=()):
        padded = [
            painted(part, style) + " " * (width - line_cells(part))
            for part, width in zip(parts, widths, strict=True)
        ]
        lines.append((" " * _GAP).join(padded).rstrip(" "))
    return lines


def _records(header: Row, rows: Sequence[Row], style: Style, width: int) -> list[str]:
    """The first cell as a title, the others below it with the names of their columns."""
    lines: list[str] = []
    for row in rows:
        lines += _hanging([replace(span, role=span.role or "heading") for span in row[0]], "", style, width)
        for name, cell in zip(header[1:], row[1:], strict=True):
            label = [*name, Span(": ")] if line_cells(name) else []
            lines += _hanging([*label, *cell], "  ", style, width)
    return lines


def _hanging(spans: Sequence[Span], left: str, style: Style, width: int) -> list[str]:
    lines: list[Line] = wrap_spans(spans, width - len(left) - 2)
    return [
        (left + ("  " if number else "") + painted(line, style)).rstrip(" ")
        for number, line in enumerate(lines)
    ]
