"""From the files of a course to the courses: one for each language, or a list of all that is wrong."""

from __future__ import annotations

from tutor.course.digests import step_digest
from tutor.course.files import Files, digest
from tutor.course.findings import BrokenCourse, Finding, in_order
from tutor.course.manifest import Manifest
from tutor.course.records import Course, Lesson
from tutor.course.rules import RULES
from tutor.course.source import CourseSource, read_course
from tutor.course.translation import translated
from tutor.dataclass import replace


def courses_of(files: Files, folder: str) -> dict[str, Course]:
    """The course in every language it is written in, the source language first.

    :param folder: where the files are from, for the message.
    :raises BrokenCourse: when a single line is wrong; it lists all of them.
    """
    source = read_course(files)
    findings = faults(source)
    if findings:
        raise BrokenCourse(folder, findings)
    return {language: _course(source, language) for language in source.languages}


def faults(source: CourseSource) -> list[Finding]:
    """All that keeps the course from being used, in the order of files and lines."""
    return in_order([*source.findings, *(finding for rule in RULES for finding in rule(source))])


def _course(source: CourseSource, language: str) -> Course:
    manifest = source.manifest
    originals = {lesson.lesson.id: _with_digests(lesson.lesson, manifest) for lesson in source.lessons}
    others = {lesson.lesson.id: lesson.lesson for lesson in source.languages[language]}
    lessons = [originals[name] for name in manifest.lessons]
    if language != manifest.language:
        lessons = [translated(one, others[one.id]) if one.id in others else one for one in lessons]
    return Course(
        manifest.id,
        manifest.titles.get(language) or manifest.titles[manifest.language],
        manifest.version,
        digest(source.files),
        language,
        manifest.variables,
        tuple(lessons),
        manifest.uses,
    )


def _with_digests(lesson: Lesson, manifest: Manifest) -> Lesson:
    steps = (replace(step, digest=step_digest(step, manifest.variables)) for step in lesson.steps)
    return replace(lesson, steps=tuple(steps))
