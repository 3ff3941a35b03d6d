"""Whether the journal is one unbroken chain; what that proves is in docs/journal.md."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from tutor.dataclass import dataclass
from tutor.journal.line import GENESIS, MAX_LINE, SCHEMA, encode, entry, parse
from tutor.journal.scan import pieces
from tutor.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from msgspec.json import Decoder

    from tutor.folders import StrPath


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the journal is not what this tool wrote. ``line`` counts from 1.

    ``code`` is ``torn`` (the last line was cut short, as by a power cut; the next append mends it),
    ``damaged`` (not an event), ``rewritten`` (an event, but not in this tool's own spelling) or
    ``chain`` (it does not continue the line before it).
    """

    line: int
    code: str
    what: Text


@dataclass(frozen=True, slots=True)
class _Line:
    """``content`` is None for a line that is too long; ``ended`` says whether it has its newline."""

    content: bytes | None
    digest: str
    ended: bool


def verify(path: StrPath) -> list[Break]:
    """All breaks, in the order of the lines; none for a journal that does not exist.

    :raises JournalError: when the journal cannot be read.
    """
    return _breaks(_hashed(path), GENESIS)


def verify_lines(lines: Iterable[bytes], begin: str = GENESIS) -> list[Break]:
    """All breaks in lines that are no file (any more), each without its newline.

    :param begin: what the first of them names as its predecessor.
    """
    from tutor.journal.line import digest

    whole = (_Line(line if len(line) <= MAX_LINE else None, digest(line), ended=True) for line in lines)
    return _breaks(whole, begin)


def _breaks(lines: Iterable[_Line], expected: str) -> list[Break]:
    breaks = []
    for number, line in enumerate(lines, 1):
        breaks += _judge(number, line, expected)
        expected = line.digest
    return breaks


def _judge(number: int, line: _Line, expected: str) -> list[Break]:
    content = line.content or b""
    value = _spelt_by_us(content)
    ours = value is not None
    value = value if ours or line.content is None else parse(content)
    if value is None and line.content is not None and not line.ended:
        return [Break(number, "torn", text("Line {line} was cut short while it was written.", line=number))]
    if value is None or not _is_event(value):
        return [Break(number, "damaged", text("Line {line} is damaged.", line=number))]
    breaks = []
    if not (ours or _is_canonical(content, value)):
        what = text("Line {line} was written by something else than this tool.", line=number)
        breaks.append(Break(number, "rewritten", what))
    if value["prev"] != expected:
        what = text(
            "Line {line} does not continue the line before it: that one was changed, or one was taken "
            "away or put in.",
            line=number,
        )
        breaks.append(Break(number, "chain", what))
    return breaks


def _is_event(value: dict[str, Any]) -> bool:
    """A later schema's event is judged by the chain alone: nothing else is known of it."""
    if value.get("schema") == SCHEMA:
        return entry(value) is not None
    return isinstance(value.get("schema"), int) and isinstance(value.get("prev"), str)


def _is_canonical(content: bytes, value: dict[str, Any]) -> bool:
    try:
        return encode(value) == content and next(iter(value)) == "kind"
    except ValueError:  # NaN, which the parser lets through
        return False


def _spelt_by_us(content: bytes) -> dict[str, Any] | None:
    """The object on the line, where a parser ten times as fast as Python's sees that it is in our spelling.

    None where that cannot be told: the two differ in floats, DEL, and what is not ASCII. Python's then
    decides.
    """
    from msgspec import json

    if not content.startswith(b'{"kind":') or not content.isascii() or b"\x7f" in content:
        return None
    try:
        value = _decoder().decode(content)
        return value if json.encode(value) == content else None
    except (ValueError, RecursionError):
        return None


@lru_cache(1)
def _decoder() -> Decoder[Any]:
    from msgspec import json  # not needed at the start of most runs

    return json.Decoder(float_hook=_no_float)


def _no_float(literal: str) -> NoReturn:
    raise ValueError(literal)


def _hashed(path: StrPath) -> Iterator[_Line]:
    from tutor.digest import sha256

    state, length, content = sha256(), 0, b""
    for piece in pieces(path):
        ended = piece[-1:] == b"\n"
        content = piece[:-1] if ended else piece
        state.update(content)
        length += len(content)
        if ended:
            yield _Line(content if length <= MAX_LINE else None, state.hexdigest(), ended=True)
            state, length, content = sha256(), 0, b""
    if length:
        yield _Line(content if length <= MAX_LINE else None, state.hexdigest(), ended=False)
