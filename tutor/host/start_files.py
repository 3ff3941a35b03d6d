"""The files that the student's shell reads when it starts, as text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from tutor.dataclass import dataclass
from tutor.host.files import TEXT_LIMIT, read_start
from tutor.shape import TypedDict

#: What each kind of shell reads when it starts (bash(1), zsh(1), fish(1)), the student's own files, in order;
#: a pattern stands for those of its names that are there. All are below the shell's folder.
START_FILES = {
    "bash": (".bash_profile", ".bash_login", ".profile", ".bashrc", ".bash_aliases"),
    "zsh": (".zshenv", ".zprofile", ".zlogin", ".zshrc"),
    "fish": ("fish/fish_variables", "fish/conf.d/*.fish", "fish/config.fish"),
}
#: The one that each new terminal reads, and reads last.
TERMINAL_FILE = {"bash": ".bashrc", "zsh": ".zshrc", "fish": "fish/config.fish"}

#: The variable that names the shell's folder.
FOLDER_VARIABLE = {"zsh": "ZDOTDIR", "fish": "XDG_CONFIG_HOME"}

ENVIRONMENT = "/etc/environment"

#: ``exec`` of a program puts it in the shell's place; with a redirection alone it does not.
_REPLACES = r"(?:^|[;&|(]|\bthen\b)\s*exec\s+[^-<>0-9&\s]"

#: Files of one pattern that are looked into.
_MOST_FILES = 100

#: Outside all blocks these end the reading of the file.
_ENDS = r"(?:return|exit)\b"


class Mention(TypedDict):
    """A line of a start-up file, ``line`` counted from 1; ``text`` keeps its indentation."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class StartFiles:
    """The start-up files of one user's shell.

    :param kind: the shell's name.
    :param home: the user's home folder.
    :param folder: where the shell looks for them, absolute, as its variable says; None where it is as usual.
    """

    kind: str
    home: str
    folder: str | None = None

    def paths(self) -> Iterator[str]:
        """The files, absolute, in the order they are read; those of a pattern by their names."""
        if self.folder and self.kind == "zsh":
            # Most often it is this file that sets the variable.
            yield os.path.join(self.home, ".zshenv")
        for name in START_FILES.get(self.kind, (".profile",)):
            path = os.path.join(self._folder, name)
            yield from _matching(path) if "*" in name else [path]

    def folders(self) -> Iterator[str]:
        """The folders of which every file with some ending is read."""
        for name in START_FILES.get(self.kind, ()):
            if "*" in name:
                yield os.path.join(self._folder, os.path.dirname(name))

    @property
    def _folder(self) -> str:
        return self.folder or _usual_folder(self.kind, self.home)


def start_files(kind: str, home: str, named: str) -> StartFiles:
    """The start-up files of a shell whose variable names this folder.

    :param named: what the variable says, empty where it says nothing. A relative folder is none: it would be
        another one wherever the shell is started.
    """
    folder = os.path.normpath(named) if os.path.isabs(named) else None
    return StartFiles(kind, home, None if folder == os.path.normpath(_usual_folder(kind, home)) else folder)


def terminal_file(kind: str, folder: str | None) -> str:
    """The file that each new terminal reads, and reads last: absolute, or from ``~``.

    :param folder: see :class:`StartFiles`.
    """
    return os.path.join(folder or _usual_folder(kind, "~"), TERMINAL_FILE.get(kind, ".profile"))


def _usual_folder(kind: str, home: str) -> str:
    return os.path.join(home, ".config") if kind == "fish" else home


def is_replaced(files: StartFiles) -> bool:
    """Whether a start-up file may put another program in the shell's place."""
    return any(re.search(_REPLACES, line) for _, _, line in _start_lines(files))


def mentions(files: StartFiles, near: str) -> Iterator[Mention]:
    """Lines that contain one of the parts of ``near`` (``a|b``), in any case."""
    parts = near.lower().split("|")
    for path, number, line in _start_lines(files):
        if any(part in line.lower() for part in parts):
            yield {"file": path, "line": number, "text": line.rstrip()[:200]}


def end(files: StartFiles) -> Mention | None:
    """The line of the file that each terminal reads after which nothing in it counts."""
    path = terminal_file(files.kind, files.folder)
    path = files.home + path[1:] if path.startswith("~/") else path
    for number, line in enumerate(lines(path), 1):
        if re.match(_ENDS, line) or re.search(_REPLACES, line):
            return {"file": path, "line": number, "text": line.rstrip()[:200]}
    return None


def _start_lines(files: StartFiles) -> Iterator[tuple[str, int, str]]:
    """Every line of the student's start-up files, with its file and number, in the order they are read."""
    for path in files.paths():
        yield from ((path, number, line) for number, line in enumerate(lines(path), 1))


def _matching(pattern: str) -> list[str]:
    """The files of ``folder/*end`` that are there; so many at most that nobody waits for them."""
    folder, _, end_of_name = pattern.rpartition("/*")
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(end_of_name))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names[:_MOST_FILES]]


def lines(path: str) -> list[str]:
    """The lines of a file, none where it cannot be read; nobody who should write to it is waited for."""
    try:
        return read_start(path, TEXT_LIMIT).splitlines()
    except OSError:
        return []
