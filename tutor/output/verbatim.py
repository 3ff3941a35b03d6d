"""Text that is shown as it stands: illustrations, files, commands. Never broken into lines."""

from __future__ import annotations

import shlex

from tutor.output.cells import cells
from tutor.output.command import pasteable
from tutor.output.style import Role, Style

_INDENT = 4


def verbatim_lines(content: str, style: Style, width: int, role: Role | None = None) -> list[str]:
    """Lines to look at: indented as far as they then still fit."""
    lines = [style.show(line.expandtabs()) for line in content.rstrip("\n").split("\n")]
    room = width - max(map(cells, lines))
    left = " " * max(0, min(_INDENT, room))
    return [_painted(left, line, style, role) for line in lines]


def file_lines(content: str, style: Style) -> list[str]:
    """A file to save: at the margin, so that what is copied is what is meant. A tab stays one."""
    lines = content.rstrip("\n").split("\n")
    # Not drawn anew in ASCII: it would be another file.
    shown = ["\t".join(map(_harmless, line.split("\t"))) for line in lines]
    return [_painted("", line, style, "command") for line in shown]


def command_lines(script: str, style: Style) -> list[str]:
    """Commands to paste: what is printed is what runs."""
    lines = pasteable(script.rstrip("\n")).split("\n")
    left = " " * _INDENT if _may_be_indented(lines) else ""
    return [_painted(left, line, style, "command") for line in lines]


def _may_be_indented(lines: list[str]) -> bool:
    """Whether spaces before a line change nothing: not in a here-document, a text or a broken word."""
    return all(_is_complete(line) for line in lines) and not any("<<" in line for line in lines)


def _is_complete(line: str) -> bool:
    continued = line.endswith("\\")
    if continued and not line.endswith(" \\"):
        return False
    try:
        shlex.split(line[:-1] if continued else line, comments=True)
    except ValueError:
        return False
    return True


def _harmless(piece: str) -> str:
    from tutor.output.printable import printable

    return printable(piece)


def _painted(left: str, line: str, style: Style, role: Role | None) -> str:
    return (left + (style.paint(line, role) if role else line)) if line else ""
