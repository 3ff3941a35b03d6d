"""Commands as they are shown: what is printed is what runs when it is pasted."""

from __future__ import annotations

import re

from tutor.output.printable import escape

#: A word, or a part of one, whose quoting is beyond doubt. Backslashes, comments, backquotes and
#: unfinished quotes are not: where they occur together with control characters, `eval` is used.
_PIECE = r"""'[^']*'|"[^"\\$`]*"|[^'"\\`#]+"""


def pasteable(command: str) -> str:
    r"""The command itself, or one that does the same and has no invisible characters.

    A quoted argument with control characters becomes ``$'...'`` (bash and zsh, in any locale).
    A script of several lines is left as it is when its line ends are the only such characters.
    """
    if command.isprintable():
        return command
    pieces = re.findall(_PIECE, command)
    if _is_plain(command, pieces):
        return "".join(piece if piece.isprintable() else ansi_c(piece[1:-1]) for piece in pieces)
    if all(line.isprintable() for line in command.split("\n")):
        return command
    return "eval " + ansi_c(command)


def ansi_c(value: str) -> str:
    r"""The value as one word in bash's ANSI-C quoting.

    Invisible characters are given as the bytes of their UTF-8 form, since what ``\u`` means
    depends on the locale (bash(1), QUOTING).
    """
    return "$'" + "".join(map(_quoted, value)) + "'"


def _is_plain(command: str, pieces: list[str]) -> bool:
    """Whether every control character stands between simple single quotes."""
    return (
        "".join(pieces) == command
        and "<<" not in command  # in a here-document, quotes are ordinary characters
        and "$'" not in command
        and all(piece.isprintable() or piece[0] == "'" for piece in pieces)
    )


def _quoted(char: str) -> str:
    if char in "\\'":
        return "\\" + char
    if char.isprintable():
        return char
    if char in "\n\r\t":
        return escape(char)
    return "".join(f"\\x{byte:02x}" for byte in _bytes(char))


def _bytes(char: str) -> bytes:
    try:
        return char.encode("utf-8", "surrogateescape")  # a byte of a file name that is not UTF-8
    except UnicodeEncodeError:
        return char.encode("utf-8", "surrogatepass")
