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

#: A course in memory: the bytes of each file by its name relative to the folder, sorted by name.
Files = Mapping[str, bytes]


def read_files(folder: str) -> dict[str, bytes]:
    """Everything that the course in ``folder`` is made of: the TOML files and ``<language>/*.md``.

    :raises CourseError: when a file cannot be read.
    """
    try:
        return {name: _bytes(os.path.join(folder, name)) for name in sorted(_names(folder))}
    except OSError as error:
        path, reason = str(error.filename), str(error.strerror)
        raise CourseError(
            text("{path} cannot be read: {reason}", path=path, reason=reason),
            text("Give your user the right to read the whole course folder."),
        ) from error


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
