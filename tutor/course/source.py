"""All files of a course, read: what the rules look at, and the courses are made of."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.course.draft import LessonSource
from tutor.course.files import MANIFEST, Files, lesson_files
from tutor.course.findings import Finding, Report
from tutor.course.lesson import read_lesson
from tutor.course.manifest import Manifest, read_manifest
from tutor.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CourseSource:
    """The files of a course after reading. ``findings`` are the faults inside single files.

    ``languages`` begins with the source language.
    """

    files: Files
    manifest: Manifest
    languages: Mapping[str, tuple[LessonSource, ...]]
    findings: tuple[Finding, ...]

    @property
    def lessons(self) -> tuple[LessonSource, ...]:
        """Those of the source language."""
        return self.languages[self.manifest.language]

    @property
    def translations(self) -> dict[str, tuple[LessonSource, ...]]:
        """The other languages."""
        return {name: lessons for name, lessons in self.languages.items() if name != self.manifest.language}


def read_course(files: Files) -> CourseSource:
    """Read every file, however many faults there are."""
    report = Report(MANIFEST)
    manifest = read_manifest(files, report)
    languages: dict[str, tuple[LessonSource, ...]] = {manifest.language: ()}
    for language, names in lesson_files(files).items():
        translated = language != manifest.language
        lessons = [read_lesson(files[name], name, translated=translated) for name in names]
        languages[language] = tuple(lessons)
    per_file = [lesson.report.findings for lessons in languages.values() for lesson in lessons]
    return CourseSource(files, manifest, languages, tuple(sum(per_file, report.findings)))
