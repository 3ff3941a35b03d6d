"""Markdown as a row of elements with line numbers: the one module that knows markdown-it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from tutor.dataclass import dataclass

_ANCHORED = re.compile(r"(.*?)\s*\{#([^}]*)\}", re.DOTALL)
_MARKER = re.compile(r"\s*\d+[.)] ?")


@dataclass(frozen=True, slots=True)
class Element:
    """Something that stands at the top level of a document: lines ``line`` to ``end``, counted from 1."""

    line: int
    end: int


@dataclass(frozen=True, slots=True)
class FrontMatter(Element):
    """The lines between the dashes at the head of the file."""

    content: str


@dataclass(frozen=True, slots=True)
class Heading(Element):
    """A heading; ``anchor`` is what stands in ``{#...}`` at its end, None without one."""

    level: int
    title: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Fence(Element):
    """A fenced block. Its info string is ``language role detail``, or ``language role=detail``."""

    language: str
    role: str
    detail: str
    content: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an ordered list, without its number."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Other(Element):
    """Paragraphs, lists, quotes, tables. ``items`` of an ordered list; ``fences`` inside any of them."""

    items: tuple[Item, ...]
    fences: tuple[Fence, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file's elements in their order, and its lines."""

    lines: Sequence[str]
    elements: tuple[Element, ...]

    def text(self, line: int, end: int) -> str:
        """The lines from ``line`` to ``end``, without blank ones around them."""
        return "\n".join(self.lines[line - 1 : end]).strip("\n")


def read_markdown(source: str) -> Document:
    """Every string is Markdown, so this cannot fail."""
    # Only what markdown-it takes for a line end is one; str.splitlines knows more of them.
    lines = re.sub(r"\r\n?", "\n", source).split("\n")
    tokens = _parser().parse(source)
    return Document(lines, tuple(_element(group, lines) for group in _groups(tokens)))


def links(markdown: str) -> Iterator[tuple[int, str]]:
    """The targets of all links and pictures, each with its line (from 1)."""
    for token in _parser().parse(markdown):
        line, _ = _range(token)
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            target = child.attrGet("href") or child.attrGet("src")
            if target is not None:
                yield line, str(target)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").use(front_matter_plugin)


def _groups(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of one top-level element at a time."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def _element(tokens: list[Token], lines: Sequence[str]) -> Element:
    first = tokens[0]
    line, end = _range(first)
    if first.type == "front_matter":
        return FrontMatter(line, end, first.content)
    if first.type == "heading_open":
        anchored = _ANCHORED.fullmatch(tokens[1].content)
        title, anchor = anchored.groups() if anchored else (tokens[1].content, None)
        return Heading(line, end, int(first.tag[1]), title, anchor)
    if first.type == "fence":
        return _fence(first, lines)
    fences = tuple(_fence(token, lines) for token in tokens if token.type == "fence")
    items = tuple(_items(tokens, lines)) if first.type == "ordered_list_open" else ()
    return Other(line, end, items, fences)


def _fence(token: Token, lines: Sequence[str]) -> Fence:
    line, end = _range(token)
    language, _, rest = token.info.strip().partition(" ")
    role, detail = re.fullmatch(r"\s*([^\s=]*)[\s=]*(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    last = lines[end - 1].strip(" >\t")
    closed = end > line and last.startswith(token.markup) and not last.strip(token.markup[0])
    return Fence(line, end, language, role, detail.strip(), token.content, closed)


def _items(tokens: list[Token], lines: Sequence[str]) -> Iterator[Item]:
    for token in tokens:
        if token.type == "list_item_open" and token.level == 1:
            line, end = _range(token)
            yield Item(line, _without_marker(lines[line - 1 : end]))


def _without_marker(lines: Sequence[str]) -> str:
    marker = _MARKER.match(lines[0])
    width = len(marker[0]) if marker else 0
    indent = re.compile(rf" {{0,{width}}}")
    return "\n".join([lines[0][width:], *(indent.sub("", line, count=1) for line in lines[1:])]).strip()


def _range(token: Token) -> tuple[int, int]:
    """From markdown-it's lines, from 0 and without the last, to those that people count."""
    start, end = token.map or (0, 1)
    return start + 1, max(start + 1, end)
