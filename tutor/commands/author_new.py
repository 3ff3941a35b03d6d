"""``tutor author new``: a course, or a lesson of one, from a template that is whole from the beginning."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor.authoring.listing import with_lesson
from tutor.authoring.template_files import course_files, lesson_files, variable
from tutor.commands.session import Session
from tutor.course.files import MANIFEST, SOURCE_LANGUAGE, read_files
from tutor.course.names import is_id
from tutor.course.source import CourseSource, read_course
from tutor.errors import CourseError, UsageError
from tutor.folders import replace_whole
from tutor.language import LANGUAGES
from tutor.output import interface
from tutor.output.created import render_created
from tutor.text import Text, text

#: What the first lesson of a course is called, where nothing else is asked for.
FIRST_LESSON = "start"


def author_new(session: Session, folder: Path, lesson: str | None, only: str | None) -> int:
    """Make a course in ``folder``; or, with the id of a lesson, a lesson of the course there.

    :param only: the one language to write; else both, or for a lesson those of its course.
    :raises UsageError: where something is in the way, or a name cannot be an id.
    """
    if lesson is None:
        made = _new_course(folder, _languages(only))
        step = f"{FIRST_LESSON}/member"
    else:
        made = _new_lesson(folder, lesson, only)
        step = f"{lesson}/member"
    shown = render_created(made, _next(folder, step), session.translate, session.style)
    interface.write(shown, session.out, "text")
    return 0


def _new_course(folder: Path, languages: Sequence[str]) -> list[str]:
    target = folder.absolute()
    _must_be_id(target.name, text("Give the folder the course's id as its name"))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise _in_the_way(folder)
    if not target.parent.is_dir():
        raise UsageError(
            text("there is no folder {folder}", folder=str(folder.parent)), text("Make it first: mkdir -p")
        )
    files = course_files(target.name, FIRST_LESSON, languages)
    try:
        _write_whole_folder(target, files)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return [str(folder / name) for name in files]


def _write_whole_folder(target: Path, files: Mapping[str, str]) -> None:
    """All of it, or nothing: made beside its place, and moved there."""
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for name, content in files.items():
            _write(beside / name, content)
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o777 & ~umask)  # mkdtemp's is for its maker alone
        # rename(2) takes the place of an empty folder, and of nothing else.
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _new_lesson(folder: Path, lesson: str, only: str | None) -> list[str]:
    _must_be_id(lesson, text("Choose another id for the lesson"))
    if not (folder / MANIFEST).is_file():
        raise UsageError(
            text("there is no course in {folder}", folder=str(folder)),
            text("Make one first: {command}", command=f"tutor author new {shlex.quote(str(folder))}"),
        )
    course = read_course(read_files(str(folder)))
    if lesson in {*course.manifest.lessons, *(one.lesson.id for one in course.lessons)}:
        raise UsageError(
            text("the course has a lesson {id} already", id=lesson), text("Choose another id for the lesson")
        )
    files = lesson_files(lesson, len(course.manifest.lessons) + 1, _languages_of(course, only))
    for name in files:
        if (folder / name).exists():
            raise _in_the_way(folder / name)
    manifest = _listed(folder, course, lesson)
    try:
        _write_beside_others(folder, files, manifest)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return [str(folder / name) for name in (*files, MANIFEST)]


def _listed(folder: Path, course: CourseSource, lesson: str) -> str:
    before = course.files[MANIFEST].decode("utf-8", errors="surrogateescape")
    after = with_lesson(before, lesson, variable(lesson))
    if after is None:
        path = str(folder / MANIFEST)
        raise CourseError(
            text("{path}: no lesson can be added to it", path=path),
            text(
                "See what is wrong with it: {command}",
                command=f"tutor author lint {shlex.quote(str(folder))}",
            ),
        )
    return after


def _write_beside_others(folder: Path, files: Mapping[str, str], manifest: str) -> None:
    """The new files, and last the list of lessons; where one cannot be written, none stays."""
    written: list[Path] = []
    try:
        for name, content in files.items():
            written.append(folder / name)
            _write(folder / name, content)
        mode = (folder / MANIFEST).stat().st_mode
        replace_whole(folder / MANIFEST, manifest.encode("utf-8", errors="surrogateescape"), mode & 0o777)
    except BaseException as error:
        in_the_way = written.pop() if isinstance(error, FileExistsError) else None
        for path in written:
            if path != in_the_way:
                path.unlink(missing_ok=True)
        raise


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(content)


def _languages(only: str | None) -> Sequence[str]:
    if only is None:
        return (SOURCE_LANGUAGE, *(one for one in LANGUAGES if one != SOURCE_LANGUAGE))
    if only not in LANGUAGES:
        raise UsageError(
            text("There is no language {language}.", language=only),
            text("Use one of: {languages}", languages=", ".join(LANGUAGES)),
        )
    return (only,)


def _languages_of(course: CourseSource, only: str | None) -> Sequence[str]:
    """The source language first; a lesson without it would be none."""
    source = course.manifest.language
    if only is None:
        return [language for language in course.languages if language in LANGUAGES]
    if _languages(only)[0] != source:
        raise UsageError(
            text("the course is written in {language} first", language=source),
            text("Write the lesson in that, and translate it; or leave --only out for both."),
        )
    return (source,)


def _must_be_id(name: str, tip: Text) -> None:
    if not is_id(name):
        raise UsageError(
            text("{name} is no id", name=name or '""'),
            text("{tip}: small letters a to z, digits and single hyphens.", tip=tip),
        )


def _in_the_way(path: Path) -> UsageError:
    return UsageError(
        text("{path} is there already, and stays as it is", path=str(path)),
        text("Name another folder; for another lesson of a course there is --lesson ID."),
    )


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        text("{path} cannot be written: {error}", path=str(path), error=error.strerror or str(error)),
        text("Name a file in a folder of your own."),
    )


def _next(folder: Path, step: str) -> list[str]:
    """What to do then, in the order of an author's work."""
    quoted = shlex.quote(str(folder))
    return [
        f"tutor author preview {quoted} {step}",
        f"tutor author lint {quoted} --strict",
        f"tutor check --course {quoted}",
        f"tutor author prove {quoted}",
        "tutor author checks",
    ]
