"""The files that a course is made of, and their digest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from tutor.digest import sha256
from tutor.errors import CourseError
from tutor.text import text

#: The language that carries commands, right answers and check specs, where the course names no other.
SOURCE_LANGUAGE = "sv"
MANIFEST = "course.toml"
OUTLINE = "outline.toml"
#: The folder of what can be wrong, and of the machines; the course itself is the same without it.
STATES = "states"

#: A course in memory: the bytes of each file by its name relative to the folder, sorted by name.
Files = Mapping[str, bytes]


def read_files(folder: str) -> dict[str, bytes]:
    """Everything that the course in ``folder`` is made of: the TOML files and ``<language>/*.md``.

    :raises CourseError: when a file cannot be read.
    """
    try:
        return {name: _bytes(os.path.join(folder, name)) for name in sorted(_names(folder))}
    except OSError as error:
        raise _unreadable(error) from error


def read_state_files(folder: str) -> dict[str, bytes]:
    """The files of the states beside the lessons, by name as well; none where there is no such folder.

    :raises CourseError: when one cannot be read.
    """
    path = os.path.join(folder, STATES)
    if not os.path.isdir(path):
        return {}
    try:
        names = sorted(name for name in os.listdir(path) if name.endswith(".toml") and name[0] not in "._")
        return {f"{STATES}/{name}": _bytes(os.path.join(path, name)) for name in names}
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> CourseError:
    path, reason = str(error.filename), str(error.strerror)
    return CourseError(
        text("{path} cannot be read: {reason}", path=path, reason=reason),
        text("Give your user the right to read the whole course folder."),
    )


def digest(files: Files) -> str:
    """``sha256:...`` of all names and contents."""
    state = sha256()
    for name, content in files.items():
        # With the length in front, no two sets of files can run together into the same bytes.
        state.update(f"{name}\0{len(content)}\0".encode(errors="surrogateescape"))
        state.update(content)
    return f"sha256:{state.hexdigest()}"


def lesson_files(files: Files) -> dict[str, list[str]]:
    """The names of the lesson files of each language, in the order of their names."""
    languages: dict[str, list[str]] = {}
    for name in files:
        language, slash, _ = name.partition("/")
        if slash:
            languages.setdefault(language, []).append(name)
    return languages


def _names(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.name in (MANIFEST, OUTLINE):
            yield entry.name
        elif not entry.name.startswith((".", "_")) and entry.is_dir():
            yield from (f"{entry.name}/{name}" for name in os.listdir(entry.path) if _is_lesson(name))


def _is_lesson(name: str) -> bool:
    return name.endswith(".md") and not name.startswith(".")


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
