"""CSV that a spreadsheet may open: what a student wrote never becomes a formula.

A cell that begins with one of ``= + - @``, a tab or a carriage return gets an apostrophe before it, as OWASP
advises ("CSV Injection"). Importers match students by columns that come from the roster; such a cell there is
left empty, and a student who has nothing else to be matched by is named instead of being matched to nobody.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Cell = str | int | None


def is_safe(value: str) -> bool:
    """Whether a spreadsheet takes the value as text."""
    return not value.lstrip(" ").startswith(_DANGEROUS)


def neutral(value: str) -> str:
    """The value as a spreadsheet takes it for text, without characters that no CSV reader expects."""
    value = value.replace("\x00", "")
    return value if is_safe(value) else f"'{value}"


def rows(lines: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines as RFC 4180 has them, each cell that is text made harmless."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for line in lines:
        writer.writerow(neutral(cell) if isinstance(cell, str) else cell for cell in line)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
