"""Links inside the course: to a step, to another lesson's file, to a picture."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import unquote

from tutor.course.draft import LessonSource
from tutor.course.findings import Finding, nearest
from tutor.course.markdown import links
from tutor.course.source import CourseSource
from tutor.text import text

_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def dead_links(course: CourseSource, folder: str) -> Iterator[Finding]:
    """Links to steps and files that do not exist."""
    for lessons in course.languages.values():
        files = {lesson.file: lesson for lesson in lessons}
        steps = {step.id for lesson in lessons for step in lesson.lesson.steps}
        for lesson in lessons:
            for line, target in _targets(lesson):
                if not _lives(target, lesson, files, steps, folder):
                    near = nearest(target.lstrip("#"), [*steps, *map(os.path.basename, files)], 1)
                    what = text("the link {target} leads nowhere", target=target)
                    mend = text("Link to `#id`, to `lesson/step` or to a file of the course")
                    if near:
                        mend = text("Write {near}, if that is meant", near=near[0])
                    yield Finding(lesson.file, line, what, mend)


def _targets(lesson: LessonSource) -> Iterator[tuple[int, str]]:
    for passage in lesson.passages:
        if passage.markdown:
            for line, target in links(passage.text):
                if target and not _OUTSIDE.match(target):
                    yield passage.line + line - 1, unquote(target)


def _lives(
    target: str, lesson: LessonSource, files: dict[str, LessonSource], steps: set[str], folder: str
) -> bool:
    if target in steps:
        return True
    path, _, anchor = target.partition("#")
    file = os.path.normpath(os.path.join(os.path.dirname(lesson.file), path)) if path else lesson.file
    if not anchor:
        return _exists(os.path.join(folder, file))
    return file in files and f"{files[file].lesson.id}/{anchor}" in {
        step.id for step in files[file].lesson.steps
    }


def _exists(path: str) -> bool:
    try:
        return os.path.exists(path)
    except ValueError:  # a NUL, or what no file name can be encoded from
        return False
