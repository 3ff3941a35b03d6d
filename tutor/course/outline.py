"""``outline.toml``: every part of the course document, and the step that covers it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

from tutor.course.files import OUTLINE, Files
from tutor.course.findings import Finding, Report, nearest
from tutor.course.source import CourseSource
from tutor.course.toml import Table, read_toml
from tutor.dataclass import dataclass
from tutor.text import text

EntryKind = Literal["heading", "statement", "note", "diagram", "table", "command", "example"]
_KINDS: tuple[EntryKind, ...] = ("heading", "statement", "note", "diagram", "table", "command", "example")


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of the document. ``covered_by`` is a step or lesson, ``planned`` one not yet written."""

    kind: EntryKind
    section: str
    text: str
    covered_by: str
    planned: str
    line: int


def read_outline(files: Files, report: Report) -> tuple[Entry, ...]:
    """The entries, as far as they can be read; what is wrong goes to ``report``."""
    if OUTLINE not in files:
        report.add(1, text("the file is missing"), text("Write it as docs/lesson-format.md says"))
        return ()
    table = read_toml(files[OUTLINE].decode("utf-8-sig", errors="replace"), report)
    if table is None:
        return ()
    entries = tuple(_entry(entry) for entry in table.tables("entry"))
    table.nothing_more()
    return entries


def outline_faults(course: CourseSource, *, strict: bool) -> Iterator[Finding]:
    """Entries that nothing covers, and lessons that mirror no section."""
    report = Report(OUTLINE)
    entries = read_outline(course.files, report)
    lessons = {lesson.lesson.id for lesson in course.lessons}
    steps = {step.id for lesson in course.lessons for step in lesson.lesson.steps}
    yield from report.findings
    for entry in entries:
        yield from _entry_faults(entry, lessons | steps, strict=strict)
    if entries:
        yield from _section_faults(course, {entry.text for entry in entries if entry.kind == "heading"})


def _entry(table: Table) -> Entry:
    entry = Entry(
        cast("EntryKind", table.choice("kind", _KINDS)),
        table.string("section"),
        table.string("text"),
        table.string("covered_by", default=""),
        table.string("planned", default=""),
        table.line,
    )
    table.nothing_more()
    return entry


def _entry_faults(entry: Entry, known: set[str], *, strict: bool) -> Iterator[Finding]:
    if entry.covered_by and entry.covered_by not in known:
        near = nearest(entry.covered_by, known, 1)
        what = text("no lesson or step is called {id}", id=entry.covered_by)
        mend = text("Write {near}, if that is meant", near=near[0]) if near else text("Write the step")
        yield Finding(OUTLINE, entry.line, what, mend)
    elif not entry.covered_by and not entry.planned:
        what = text("nothing covers this {kind} of the document", kind=entry.kind)
        yield Finding(OUTLINE, entry.line, what, text('Write covered_by = "lesson/step"'))
    elif strict and not entry.covered_by:
        what = text("this {kind} is only planned, in {step}", kind=entry.kind, step=entry.planned)
        yield Finding(OUTLINE, entry.line, what, text("Write the step, and covered_by instead of planned"))


def _section_faults(course: CourseSource, headings: set[str]) -> Iterator[Finding]:
    for lesson in course.lessons:
        section = lesson.lesson.section
        if section and section not in headings:
            near = nearest(section, headings, 1)
            what = text("the course document has no section {section}", section=section)
            mend = text("Write the heading as it stands there")
            if near:
                mend = text("Write {near}, if that is meant", near=near[0])
            yield Finding(lesson.file, 1, what, mend)
