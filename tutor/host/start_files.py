"""The files that the student's shell reads when it starts, as text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from tutor.host.files import TEXT_LIMIT, read_start
from tutor.host.machine import Machine
from tutor.shape import TypedDict

#: What each kind of shell reads when it starts (bash(1), zsh(1), fish(1)), the student's own files, in order.
START_FILES = {
    "bash": (".bash_profile", ".bash_login", ".profile", ".bashrc", ".bash_aliases"),
    "zsh": (".zshenv", ".zprofile", ".zlogin", ".zshrc"),
    "fish": (".config/fish/fish_variables", ".config/fish/config.fish"),
}
#: The one that each new terminal reads, and reads last.
TERMINAL_FILE = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}

ENVIRONMENT = "/etc/environment"

#: ``exec`` of a program puts it in the shell's place; with a redirection alone it does not.
_REPLACES = re.compile(r"(?:^|[;&|(]|\bthen\b)\s*exec\s+[^-<>0-9&\s]")

#: Outside all blocks these end the reading of the file.
_ENDS = re.compile(r"(?:return|exit)\b")


class Mention(TypedDict):
    """A line of a start-up file, ``line`` counted from 1; ``text`` keeps its indentation."""

    file: str
    line: int
    text: str


def is_replaced(machine: Machine, kind: str) -> bool:
    """Whether a start-up file may put another program in the shell's place."""
    return any(_REPLACES.search(line) for _, _, line in _start_lines(machine, kind))


def mentions(machine: Machine, kind: str, near: str) -> Iterator[Mention]:
    """Lines that contain one of the parts of ``near`` (``a|b``), in any case."""
    parts = near.lower().split("|")
    for path, number, line in _start_lines(machine, kind):
        if any(part in line.lower() for part in parts):
            yield {"file": path, "line": number, "text": line.rstrip()[:200]}


def end(machine: Machine, kind: str) -> Mention | None:
    """The line of the file that each terminal reads after which nothing in it counts."""
    path = os.path.join(machine.home, TERMINAL_FILE.get(kind, ".profile"))
    for number, line in enumerate(lines(path), 1):
        if _ENDS.match(line) or _REPLACES.search(line):
            return {"file": path, "line": number, "text": line.rstrip()[:200]}
    return None


def _start_lines(machine: Machine, kind: str) -> Iterator[tuple[str, int, str]]:
    """Every line of the student's start-up files, with its file and number, in the order they are read."""
    for name in START_FILES.get(kind, (".profile",)):
        path = os.path.join(machine.home, name)
        yield from ((path, number, line) for number, line in enumerate(lines(path), 1))


def lines(path: str) -> list[str]:
    """The lines of a file, none where it cannot be read; nobody who should write to it is waited for."""
    try:
        return read_start(path, TEXT_LIMIT).splitlines()
    except OSError:
        return []
