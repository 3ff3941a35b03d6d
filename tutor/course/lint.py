"""Everything that can be said against a course before a student sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tutor.course.assemble import faults
from tutor.course.checks import KnownChecks, ParameterInfo, check_faults
from tutor.course.files import read_files, read_state_files
from tutor.course.findings import Finding, in_order
from tutor.course.outline import outline_faults
from tutor.course.references import dead_links
from tutor.course.source import CourseSource, read_course
from tutor.course.states_rules import KnownCodes, state_faults
from tutor.course.translation import mismatches
from tutor.text import text

__all__ = ["Finding", "KnownChecks", "KnownCodes", "ParameterInfo", "lint"]


def lint(
    folder: Path,
    known_checks: KnownChecks,
    *,
    known_codes: KnownCodes | None = None,
    strict: bool = False,
) -> list[Finding]:
    """All findings about the course in ``folder``, by file and line.

    :param known_checks: the parameters of each registered check.
    :param known_codes: the codes that a check may return, of those checks where that is known.
    :param strict: as before a release: what is only planned, not translated at all, or failed by no wrong
        state is a finding too.
    :raises CourseError: when the files cannot be read.
    """
    course = read_course(read_files(str(folder)))
    return in_order(
        [
            *faults(course),
            *check_faults(course, known_checks),
            *outline_faults(course, strict=strict),
            *dead_links(course, str(folder)),
            *_translation_faults(course, strict=strict),
            *state_faults(course, read_state_files(str(folder)), known_codes or {}, strict=strict),
        ]
    )


def _translation_faults(course: CourseSource, *, strict: bool) -> Iterator[Finding]:
    originals = {lesson.lesson.id: lesson for lesson in course.lessons}
    for language, lessons in course.translations.items():
        for lesson in lessons:
            if lesson.lesson.id in originals:
                yield from mismatches(originals[lesson.lesson.id], lesson)
        if strict:
            translated = {lesson.lesson.id for lesson in lessons}
            yield from _untranslated(course, language, translated)


def _untranslated(course: CourseSource, language: str, translated: set[str]) -> Iterator[Finding]:
    for lesson in course.lessons:
        if lesson.lesson.id not in translated:
            what = text("the lesson is not translated to {language}", language=language)
            yield Finding(
                lesson.file, 1, what, text("Write {language}/{id}.md", language=language, id=lesson.lesson.id)
            )
