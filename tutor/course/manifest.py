"""``course.toml``: what the course is called, its lessons in their order, its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tutor.course.files import MANIFEST, SOURCE_LANGUAGE, Files
from tutor.course.findings import Report
from tutor.course.names import check_id
from tutor.course.records import SUBJECTS, Owner, Subject, Variable, VariableType
from tutor.course.toml import Table, read_toml
from tutor.course.variables import valid, wanted
from tutor.dataclass import dataclass, field
from tutor.text import text

_TYPES: tuple[VariableType, ...] = ("name", "path", "size", "address", "mac", "port", "uri")
_LANGUAGES = ("sv", "en")
_OWNERS: tuple[Owner, ...] = ("student", "course")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The course's own facts. ``titles`` by language; ``line`` is where ``lessons`` stands.

    ``language`` is the source: the one that carries commands, right answers and check specs.
    """

    id: str = ""
    version: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    lessons: tuple[str, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=dict)
    line: int = 1
    language: str = SOURCE_LANGUAGE
    uses: tuple[Subject, ...] = ()


def read_manifest(files: Files, report: Report) -> Manifest:
    """The manifest, as far as it can be read; what is wrong goes to ``report``."""
    if MANIFEST not in files:
        report.add(1, text("the file is missing"), text("Write it as docs/lesson-format.md says"))
        return Manifest()
    table = read_toml(files[MANIFEST].decode("utf-8-sig", errors="replace"), report)
    if table is None:
        return Manifest()
    language = table.choice("language", _LANGUAGES, SOURCE_LANGUAGE) or SOURCE_LANGUAGE
    manifest = Manifest(
        table.string("id"),
        table.string("version"),
        _titles(table.table("title"), language),
        table.strings("lessons"),
        {name: _variable(name, inner) for name, inner in table.table("variables").every_table()},
        table.line_of("lessons"),
        language,
        _uses(table),
    )
    table.nothing_more()
    _report_lessons(manifest, report)
    return manifest


def _uses(table: Table) -> tuple[Subject, ...]:
    words = table.strings("uses")
    for word in words:
        if word not in SUBJECTS:
            what = text("{key} cannot be {value}", key="uses", value=word)
            mend = text("Choose one of: {choices}", choices=", ".join(SUBJECTS))
            table.report.add(table.line_of("uses"), what, mend)
    return tuple(subject for subject in SUBJECTS if subject in words)


def _titles(table: Table, source: str) -> dict[str, str]:
    titles = {language: table.string(language) for language in table.data}
    if source not in titles:
        mend = text('Write {language} = "..." below [title]', language=source)
        table.report.add(table.line, text("the course has no title in its own language"), mend)
        titles[source] = ""
    return titles


def _variable(name: str, table: Table) -> Variable:
    type_ = cast("VariableType", table.choice("type", _TYPES))
    owner = cast("Owner", table.choice("owner", _OWNERS))
    value = str(table.whole("value", default=0)) if type_ == "port" else table.string("value")
    table.nothing_more()
    if not name.replace("_", "a").isidentifier() or not name.islower():
        mend = text("Use small letters, digits and underscores")
        table.report.add(table.line, text("{name} is no name for a variable", name=name), mend)
    return Variable(name, _value(name, value, type_, table) if value else value, type_, owner)


def _value(name: str, value: str, type_: VariableType, table: Table) -> str | int:
    if type_ not in _TYPES:  # missing, which has been said
        return value
    result = valid(type_, value)
    if result is None:
        what = text("{name} cannot be {value}", name=name, value=value)
        table.report.add(table.line_of("value"), what, text("Give {wanted}", wanted=wanted(type_)))
        return value
    return result


def _report_lessons(manifest: Manifest, report: Report) -> None:
    if not manifest.lessons:
        mend = text('Write lessons = ["...", "..."], in their order')
        report.add(manifest.line, text("the course has no lessons"), mend)
    for number, lesson in enumerate(manifest.lessons):
        check_id(lesson, manifest.line, report)
        if lesson in manifest.lessons[:number]:
            what = text("the lesson {id} is listed twice", id=lesson)
            report.add(manifest.line, what, text("Take one away"))
