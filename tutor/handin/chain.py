"""The journal that goes along: one unbroken chain, or where it is not."""

from __future__ import annotations

from tutor.dataclass import dataclass
from tutor.handin.format import HandIn
from tutor.journal.line import GENESIS, digest, parse
from tutor.journal.verify import Break, verify_lines


@dataclass(frozen=True, slots=True)
class Chain:
    """The journal of a hand-in.

    ``breaks`` are where it is not what the tool wrote, none in an honest one; ``left_out`` counts the
    lines before the first that did not go along. ``head`` stands for all of it: a later hand-in of the same
    student contains the line with this digest.
    """

    lines: int
    left_out: int
    breaks: tuple[Break, ...]
    head: str

    @property
    def whole(self) -> bool:
        """Whether it is one unbroken chain."""
        return not self.breaks


def chain(handin: HandIn) -> Chain:
    """Walk the chain. What an unbroken one shows, and what not, is in docs/journal.md."""
    lines, left_out = handin.journal, handin.payload.journal.left_out
    begin = _prev(lines[0]) if left_out and lines else GENESIS
    head = digest(lines[-1]) if lines else GENESIS
    return Chain(len(lines), left_out, tuple(verify_lines(lines, begin)), head)


def digests(handin: HandIn) -> list[str]:
    """The digest of every line, in their order: two students who share one share what was before it."""
    return [digest(line) for line in handin.journal]


def _prev(line: bytes) -> str:
    """What the first line that went along says of the one before it, which did not."""
    value = parse(line)
    prev = value.get("prev") if value is not None else None
    return prev if isinstance(prev, str) else GENESIS
