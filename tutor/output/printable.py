"""The one place where values that anybody may have chosen become harmless to look at.

A domain's name, a file's content or a hand-in may hold escape sequences that repaint the
terminal, bidirectional controls that reorder a line, or bytes that were never text. What is not
printable in the sense of Unicode is shown as its escape instead.
"""

from __future__ import annotations

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_BYTE, _BASIC_PLANE = 0xFF, 0xFFFF


def printable(value: str) -> str:
    r"""The value on one line, with what cannot be shown as an escape: ``\n``, ``\x1b``, ``\u202e``.

    Controls, formatting characters (bidi, zero width), line and paragraph separators, lone
    surrogates, private and unassigned code points are escaped, as :meth:`str.isprintable` has it.
    """
    if value.isprintable():
        return value
    return "".join(char if is_shown(char) else escape(char) for char in value)


def printable_lines(value: str) -> list[str]:
    """The value's lines, split at newlines only, each as of :func:`printable`."""
    return [printable(line) for line in value.split("\n")]


def is_shown(char: str) -> bool:
    """Whether the character stands for itself. The no-break space does: ``30 GiB`` is set with it."""
    return char.isprintable() or char == _NO_BREAK_SPACE


def escape(char: str) -> str:
    """The character as Python, YAML and bash all write it."""
    number = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if number <= _BYTE:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= _BASIC_PLANE else f"\\U{number:08x}"
