"""How text output looks. Decided once, from what the user said and where the output goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, TextIO

from tutor.dataclass import dataclass
from tutor.output.printable import printable

DEFAULT_WIDTH, NARROWEST, WIDEST = 80, 20, 100
_LONGEST_WIDTH = 5  # digits of a number of columns
Role = Literal["good", "bad", "wait", "doubt", "quiet", "heading", "command"]
_SGR: dict[Role, str] = {
    "good": "32",
    "bad": "1;31",
    "wait": "33",
    "doubt": "35",
    "quiet": "2",
    "heading": "1",
    "command": "36",
}
_DRAWING = "✓✗⊘─"
#: Box drawing that a check's own text may hold (a tree of snapshots).
_ASCII_DRAWING = str.maketrans("─━│┃├┣└┗┌┏┐┓┘┛┤┬┴┼╰╭╮╯→•…", "--||||``,,..''|+++`,.'>*.")


@dataclass(frozen=True, slots=True)
class Style:
    """The look of text output.

    :param width: cells of a line.
    :param colour: whether SGR codes are used.
    :param plain: for screen readers and logs: statuses as words, nothing drawn or aligned.
    :param verbose: details of passing checks too.
    :param ascii: nothing of ours outside ASCII: the stream could not carry it, or it is plain.
    """

    width: int = DEFAULT_WIDTH
    colour: bool = False
    plain: bool = False
    verbose: bool = False
    ascii: bool = False

    @classmethod
    def from_environment(
        cls,
        stream: TextIO,
        environ: Mapping[str, str],
        *,
        no_color: bool = False,
        plain: bool = False,
        verbose: bool = False,
    ) -> Style:
        """The style for a stream.

        Colour: no with ``--no-color``, ``--plain`` or NO_COLOR; else yes with FORCE_COLOR; else
        on a terminal whose TERM is not "dumb" (https://no-color.org, https://force-color.org).
        Width: COLUMNS, else the terminal's, else 80, and at most 100.
        """
        return cls(
            width=max(NARROWEST, min(_columns(stream, environ), WIDEST)),
            colour=not (no_color or plain) and _wants_colour(stream, environ),
            plain=plain,
            verbose=verbose,
            ascii=plain or not _carries(stream, _DRAWING),
        )

    def paint(self, text: str, role: Role) -> str:
        """The text in the role's colour, or as it is."""
        return f"\x1b[{_SGR[role]}m{text}\x1b[0m" if self.colour and text else text

    def show(self, text: str) -> str:
        """One line that is harmless to print, and drawn in ASCII where the style wants that."""
        shown = printable(text)
        return shown.translate(_ASCII_DRAWING) if self.ascii else shown


def _wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return environ.get("TERM") != "dumb" and stream.isatty()


def _columns(stream: TextIO, environ: Mapping[str, str]) -> int:
    given = environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and len(given) <= _LONGEST_WIDTH and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_WIDTH
    except (OSError, ValueError):  # not a terminal, closed, or not a file at all
        return DEFAULT_WIDTH


def _carries(stream: TextIO, characters: str) -> bool:
    try:
        characters.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
