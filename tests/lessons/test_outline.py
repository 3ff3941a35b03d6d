"""The outline is that of the course document: nothing forgotten, nothing renamed, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.course.files import read_files
from tutor.course.findings import Report
from tutor.course.markdown import Element, Fence, Heading, Other, read_markdown
from tutor.course.outline import read_outline

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "../shared/source/course-document.md"

#: Kind, section, text. Diagrams are told in the outline's own words.
Part = tuple[str, str, str]
COMPARED = ("heading", "command", "example", "diagram")


@pytest.fixture(scope="module")
def document() -> list[Part]:
    """What the course document holds."""
    if not DOCUMENT.is_file():
        pytest.fail(f"the course document is not at {DOCUMENT.resolve()}, so nothing can be compared with it")
    return list(parts(DOCUMENT.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def outline() -> list[Part]:
    """What the outline says that it holds."""
    report = Report("outline.toml")
    entries = read_outline(read_files(str(ROOT / "lessons")), report)
    assert report.findings == []
    return [
        (one.kind, one.section, comparable(one.kind, one.text)) for one in entries if one.kind in COMPARED
    ]


def parts(markdown: str) -> Iterator[Part]:
    """The document's headings and blocks, in their order."""
    section = ""
    for element in read_markdown(markdown).elements:
        if isinstance(element, Heading):
            section = element.title
            yield "heading", section, section
        for fence in fences(element):
            kind = {"bash": "command", "plaintext": "diagram"}.get(fence.language, "example")
            yield kind, section, comparable(kind, fence.content)


def fences(element: Element) -> tuple[Fence, ...]:
    if isinstance(element, Fence):
        return (element,)
    return element.fences if isinstance(element, Other) else ()


def comparable(kind: str, text: str) -> str:
    return "" if kind == "diagram" else text.strip()


def test_the_document_is_the_one_meant(document: list[Part]) -> None:
    assert document[0] == ("heading", "Virtualisering - Libvirt", "Virtualisering - Libvirt")
    assert [kind for kind, _, _ in document].count("command") > 10


def test_headings_are_those_of_the_document(document: list[Part], outline: list[Part]) -> None:
    assert [part for part in outline if part[0] == "heading"] == [
        part for part in document if part[0] == "heading"
    ]


def test_blocks_are_those_of_the_document(document: list[Part], outline: list[Part]) -> None:
    assert [part for part in outline if part[0] != "heading"] == [
        part for part in document if part[0] != "heading"
    ]


def test_the_order_is_that_of_the_document(document: list[Part], outline: list[Part]) -> None:
    assert outline == document
