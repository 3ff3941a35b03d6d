"""One lesson file to a :class:`Lesson`, with every fault collected."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from tutor.course.blocks import read_block, report_faults
from tutor.course.draft import LessonSource, Passage, StepDraft
from tutor.course.findings import Report, nearest
from tutor.course.markdown import Document, Element, Fence, FrontMatter, Heading, Other, read_markdown
from tutor.course.names import check_id
from tutor.course.records import Lesson
from tutor.text import text

_HINTS = "hints"
_STEP_LEVEL = 2
_FIELDS = ("id", "title", "section")
#: A value of messages and no part of them: braces there are placeholders.
_EXAMPLE = "## Title {#id}"
_NUMBER = re.compile(r"\d+[-_.]")


def read_lesson(content: bytes, file: str, *, translated: bool = False) -> LessonSource:
    """Everything in a lesson file. Whatever is wrong stands in its report; nothing is raised.

    :param file: its name relative to the course folder (``sv/03-install.md``), for messages.
    :param translated: the file is not in the source language and carries human text only.
    """
    report = Report(file)
    document = read_markdown(_decode(content, report))
    head, *sections = _sections(document.elements)
    fields = _front_matter(head, report, translated=translated)
    source = LessonSource(Lesson(fields["id"], fields["title"], fields["section"], (), file=file), report)
    intro = _intro(document, head, source)
    drafts = [_step(document, section, source, translated=translated) for section in sections]
    steps = tuple(draft.step() for draft in drafts)
    source.lesson = Lesson(fields["id"], fields["title"], fields["section"], steps, intro, file)
    if not steps:
        report.add(
            1,
            text("the lesson has no step"),
            text("Write a heading like {example} for each", example=_EXAMPLE),
        )
    return source


def lesson_id(file: str) -> str:
    """The id that a file's name says: without number and ending."""
    stem, _ = os.path.splitext(os.path.basename(file))
    return _NUMBER.sub("", stem, count=1)


def _decode(content: bytes, report: Report) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        report.add(line, text("the file is not UTF-8 here"), text("Save it as UTF-8"))
        return content.decode("utf-8-sig", errors="replace")


def _sections(elements: Sequence[Element]) -> list[list[Element]]:
    """What stands before the first step, and then each step with its heading first."""
    sections: list[list[Element]] = [[]]
    for element in elements:
        if isinstance(element, Heading) and element.level == _STEP_LEVEL:
            sections.append([])
        sections[-1].append(element)
    return sections


def _front_matter(head: Sequence[Element], report: Report, *, translated: bool) -> dict[str, str]:
    """The fields of the front matter; ``section`` is the source's alone."""
    fields = dict.fromkeys(_FIELDS, "")
    lines: dict[str, int] = {}
    for number, line in _front_lines(head):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or key not in _FIELDS:
            near = nearest(key, _FIELDS, 1) or [", ".join(_FIELDS)]
            what = text("the front matter knows nothing called {key}", key=key)
            report.add(number, what, text("Write {near}, if that is meant", near=near[0]))
        fields[key], lines[key] = value.strip("\"'"), number
    for key in _FIELDS if not translated else _FIELDS[:2]:
        if not fields[key]:
            what = text("the front matter has no {key}", key=key)
            report.add(
                lines.get(key, 1),
                what,
                text("Write `{key}:` and its text between the dashes at the head", key=key),
            )
    return _with_id(fields, lines.get("id", 1), report)


def _with_id(fields: dict[str, str], line: int, report: Report) -> dict[str, str]:
    wanted = lesson_id(report.file)
    if fields["id"] and fields["id"] != wanted:
        what = text("the id {id} is not the file's name, {name}", id=fields["id"], name=wanted)
        report.add(line, what, text("Let both say the same"))
    check_id(fields["id"] or wanted, line, report)
    return {**fields, "id": fields["id"] or wanted}


def _front_lines(head: Sequence[Element]) -> Iterator[tuple[int, str]]:
    for element in head:
        if isinstance(element, FrontMatter):
            for number, line in enumerate(element.content.split("\n"), element.line + 1):
                if line.strip():
                    yield number, line


def _intro(document: Document, head: Sequence[Element], source: LessonSource) -> str:
    """The prose before the first step, illustrations included, without the lesson's own heading."""
    prose = [element for element in head if not isinstance(element, FrontMatter) and not _is_title(element)]
    for fence in _fences(prose):
        report_faults(fence, source.report)
        if fence.role:
            what = text("a {role} block stands before the first step", role=fence.role)
            source.report.add(
                fence.line, what, text("Move it below a heading like {example}", example=_EXAMPLE)
            )
    if not prose:
        return ""
    intro = document.text(prose[0].line, prose[-1].end)
    source.passages.append(Passage(prose[0].line, intro))
    return intro


def _is_title(element: Element) -> bool:
    return isinstance(element, Heading) and element.level == 1


def _fences(elements: Sequence[Element]) -> Iterator[Fence]:
    for element in elements:
        if isinstance(element, Fence):
            yield element
        if isinstance(element, Other):
            yield from element.fences


def _step(
    document: Document, section: Sequence[Element], source: LessonSource, *, translated: bool
) -> StepDraft:
    heading, *body = section
    draft = _draft(heading, source, translated=translated)
    prose: list[Element] = []
    in_hints = False
    for element in body:
        if isinstance(element, Heading):
            in_hints = element.anchor == _HINTS
        if isinstance(element, Fence) or in_hints:
            _add_prose(document, prose, draft)
            _add_special(element, draft)
        else:
            prose.append(element)
    _add_prose(document, prose, draft)
    _report_no_hints(body, draft)
    source.passages.extend(draft.passages)
    source.lines.update(draft.lines)
    return draft


def _draft(heading: Element, source: LessonSource, *, translated: bool) -> StepDraft:
    line, title, anchor = heading.line, "", None
    if isinstance(heading, Heading):
        title, anchor = heading.title, heading.anchor
    if anchor is None:
        mend = text("Write it like {example}, with an id of its own", example=_EXAMPLE)
        source.report.add(line, text("the step's heading has no id"), mend)
    else:
        check_id(anchor, line, source.report)
    if not title:
        source.report.add(line, text("the step has no title"), text("Write one before the id"))
    # A step without an id is a fault, but what stands in it is looked at all the same.
    step_id = f"{source.lesson.id}/{anchor or f'line-{line}'}"
    return StepDraft(step_id, title, line, translated, source.report)


def _add_prose(document: Document, prose: list[Element], draft: StepDraft) -> None:
    """Make one block of the elements gathered so far."""
    if not prose:
        return
    for fence in _fences(prose):
        report_faults(fence, draft.report)
        if fence.role:
            what = text("the {role} block stands inside a list or a quotation", role=fence.role)
            draft.report.add(fence.line, what, text("Let it begin at the margin"))
    draft.add_prose(prose[0].line, document.text(prose[0].line, prose[-1].end))
    prose.clear()


def _add_special(element: Element, draft: StepDraft) -> None:
    if isinstance(element, Fence):
        read_block(element, draft)
    elif isinstance(element, Other):
        _add_hints(element, draft)


def _report_no_hints(body: Sequence[Element], draft: StepDraft) -> None:
    for element in body:
        if isinstance(element, Heading) and element.anchor == _HINTS and not draft.hints:
            what = text("no hint follows the heading of the hints")
            draft.report.add(
                element.line, what, text("Write them as an ordered list, or take the heading away")
            )


def _add_hints(element: Other, draft: StepDraft) -> None:
    if not element.items:
        what = text("hints are an ordered list, and nothing else")
        draft.report.add(element.line, what, text("Number them, from what to look at to the command"))
    for item in element.items:
        if not item.text:
            draft.report.add(item.line, text("the hint is empty"), text("Write it, or take its number away"))
        draft.hints.append(item.text)
        draft.passage(item.line, item.text)
