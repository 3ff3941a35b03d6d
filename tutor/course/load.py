"""The course, from its compiled form where that is up to date, else from the lesson text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.course.compiled import decode, encode
from tutor.course.files import Files, digest, read_files
from tutor.course.records import Course
from tutor.errors import UsageError
from tutor.folders import NoHomeError, folders, replace_file
from tutor.text import text

if TYPE_CHECKING:
    from pathlib import Path

#: The compiled course inside the package, written by hatch_build.py.
COMPILED = "compiled.json"


def _nothing() -> None:
    """Nobody wants to know."""


def load_course(folder: Path | None, language: str, parsing: Callable[[], None] = _nothing) -> Course:
    """The course in ``folder``, or the packaged one, in ``language`` as far as it is translated.

    Nothing that parses Markdown or TOML is imported while a compiled form is up to date.

    :param parsing: called before the text is parsed, which takes a second.
    :raises UsageError: when there is no such folder.
    :raises CourseError: when the course is broken: every fault, with file and line.
    """
    path = packaged_folder() if folder is None else os.path.abspath(folder)
    if not os.path.isdir(path):
        raise UsageError(
            text("there is no course folder {folder}", folder=str(folder)),
            text("Give --course a folder that holds course.toml."),
        )
    files = read_files(path)
    found = digest(files)
    packaged = _read_compiled(os.path.join(path, COMPILED), language, found) if folder is None else None
    return packaged or _from_cache(path, files, language, found, parsing)


def packaged_folder() -> str:
    """Where the packaged course lies."""
    import lessons

    # Not importlib.resources, which costs 15 ms at every start; the package is always unpacked files.
    return os.path.dirname(os.path.abspath(lessons.__file__))


def _from_cache(path: str, files: Files, language: str, found: str, parsing: Callable[[], None]) -> Course:
    cache, parser = _cache_file(path), _parser_stamp()
    course = _read_compiled(cache, language, found, parser) if cache else None
    if course is not None:
        return course

    parsing()
    from tutor.course.assemble import courses_of

    courses = courses_of(files, path)
    if cache:
        with suppress(OSError):  # a cache that cannot be written costs time, and nothing else
            replace_file(cache, encode(courses, found, parser))
    return courses.get(language) or next(iter(courses.values()))


def _read_compiled(path: str, language: str, found: str, parser: str = "") -> Course | None:
    try:
        with open(path, "rb") as file:
            return decode(file.read(), language, found, parser)
    except OSError:
        return None


def _cache_file(folder: str) -> str | None:
    """One file for each course folder; None where this user has no place for caches."""
    from tutor.digest import sha256

    key = sha256(os.fsencode(folder)).hexdigest()[:16]
    try:
        return os.path.join(folders(os.environ).cache, f"course-{key}.json")
    except NoHomeError:
        return None


def _parser_stamp() -> str:
    """Changes when the parser does, so that nobody is shown what an older one made of the same text."""
    return " ".join(sorted(_stamps(os.path.dirname(os.path.abspath(__file__)))))


def _stamps(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            status = entry.stat()
            yield f"{entry.name}:{status.st_size}:{status.st_mtime_ns}"
