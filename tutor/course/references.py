"""Links inside the course: to a step, to another lesson's file, to a picture."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from tutor.course.draft import LessonSource
from tutor.course.findings import Finding, nearest
from tutor.course.markdown import links
from tutor.course.source import CourseSource
from tutor.text import Text, text

_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def dead_links(course: CourseSource, folder: str) -> Iterator[Finding]:
    """Links to steps and files that do not exist."""
    for language in course.languages:
        files = _files(course, language)
        steps = {step.id for lesson in files.values() for step in lesson.lesson.steps}
        for lesson in course.languages[language]:
            for line, target in _targets(lesson):
                if target not in steps and not _lives(target, lesson, files, folder):
                    what = text("the link {target} leads nowhere", target=target)
                    yield Finding(lesson.file, line, what, _mend(target, [*steps, *files]))


def _files(course: CourseSource, language: str) -> dict[str, LessonSource]:
    """The lessons by file, as a reader of that language has them: the source's where none is translated."""
    files = {_in_language(lesson.file, language): lesson for lesson in course.lessons}
    return {**files, **{lesson.file: lesson for lesson in course.languages[language]}}


def _in_language(file: str, language: str) -> str:
    return f"{language}/{os.path.basename(file)}"


def _targets(lesson: LessonSource) -> Iterator[tuple[int, str]]:
    for passage in lesson.passages:
        if passage.markdown:
            for line, target in links(passage.text):
                if target and not _OUTSIDE.match(target):
                    yield passage.line + line - 1, unquote(target)


def _lives(target: str, lesson: LessonSource, files: Mapping[str, LessonSource], folder: str) -> bool:
    path, _, anchor = target.partition("#")
    file = os.path.normpath(os.path.join(os.path.dirname(lesson.file), path)) if path else lesson.file
    if file not in files:
        return not anchor and os.path.exists(os.path.join(folder, file))
    linked = files[file].lesson
    return not anchor or f"{linked.id}/{anchor}" in {step.id for step in linked.steps}


def _mend(target: str, names: list[str]) -> Text:
    near = nearest(target.lstrip("#"), names, 1)
    if near:
        return text("Link to {near}, if that is meant", near=near[0])
    return text("Link to `#id`, to `lesson/step` or to a file of the course")
