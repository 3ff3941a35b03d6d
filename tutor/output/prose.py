"""Markdown as lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from tutor.course.variables import Values, substitute
from tutor.output.spans import Line, Span, painted, wrap_spans
from tutor.output.style import Role, Style
from tutor.output.tables import Cell, table_lines
from tutor.output.verbatim import verbatim_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode as Node

#: However deep a list in a list is, its text gets this many cells.
_NARROWEST = 12
_HARD_BREAK = Span("\n")


def prose_lines(
    markdown: str, values: Values, style: Style, *, left: str = "", rest: str | None = None
) -> list[str]:
    """The text's lines: headings, lists, quotations, tables and illustrations, with the variables filled in.

    Variables are put in after the Markdown is read, so that no value can become a heading or a link.

    :param left: what stands before the first line, printable.
    :param rest: what stands before the others; spaces as wide as ``left`` where it is not given.
    """
    from markdown_it.tree import SyntaxTreeNode

    hanging = " " * len(left) if rest is None else rest
    tree = SyntaxTreeNode(_parser().parse(markdown))
    lines = _Prose(values, style).blocks(tree.children, style.width - len(hanging))
    return _prefixed(lines, left, hanging)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


class _Prose:
    """Renders nodes to printable, painted lines of at most the given width. A width is in cells."""

    def __init__(self, values: Values, style: Style) -> None:
        self._values = values
        self._style = style
        self._kinds: dict[str, Callable[[Node, int], list[str]]] = {
            "heading": self._heading,
            "bullet_list": self._list,
            "ordered_list": self._list,
            "blockquote": self._quotation,
            "fence": self._illustration,
            "code_block": self._illustration,
            "html_block": self._illustration,
            "hr": self._rule,
            "table": self._table,
        }

    def blocks(self, nodes: Sequence[Node], width: int) -> list[str]:
        """Blocks below one another, with empty lines between them, but for those of a tight list."""
        width = max(width, _NARROWEST)
        tight = any(node.type == "paragraph" and node.hidden for node in nodes)
        lines: list[str] = []
        for node in nodes:
            if lines and not tight:
                lines.append("")
            lines += self._kinds.get(node.type, self._paragraph)(node, width)
        return lines

    def _paragraph(self, node: Node, width: int) -> list[str]:
        return self._wrapped(list(self._spans(node)), width)

    def _heading(self, node: Node, width: int) -> list[str]:
        return self._wrapped(list(self._spans(node, "heading")), width)

    def _list(self, node: Node, width: int) -> list[str]:
        lines: list[str] = []
        loose = not any(child.hidden for item in node.children for child in item.children)
        start = int(node.attrs.get("start", 1))
        for number, item in enumerate(node.children, start):
            marker = f"{number}. " if node.type == "ordered_list" else "- "
            if lines and loose:
                lines.append("")
            inner = self.blocks(item.children, width - len(marker)) or [""]
            lines += _prefixed(inner, marker, " " * len(marker))
        return lines

    def _quotation(self, node: Node, width: int) -> list[str]:
        bar = "  " if self._style.plain else self._style.paint(self._style.show("│"), "quiet") + " "
        return [(bar + line).rstrip(" ") for line in self.blocks(node.children, width - 2)]

    def _illustration(self, node: Node, width: int) -> list[str]:
        return verbatim_lines(node.content, self._style, width)

    def _rule(self, _node: Node, width: int) -> list[str]:
        return (
            [] if self._style.plain else [self._style.paint(self._style.show("─") * min(width, 20), "quiet")]
        )

    def _table(self, node: Node, width: int) -> list[str]:
        rows = [self._row(row) for part in node.children for row in part.children]
        return table_lines(rows[0], rows[1:], self._style, width)

    def _row(self, row: Node) -> list[Cell]:
        return [[span for span in self._spans(cell) if span is not _HARD_BREAK] for cell in row.children]

    def _wrapped(self, spans: Sequence[Span], width: int) -> list[str]:
        paragraphs: list[list[Span]] = [[]]
        for span in spans:
            if span is _HARD_BREAK:
                paragraphs.append([])
            else:
                paragraphs[-1].append(span)
        lines: list[Line] = [line for paragraph in paragraphs for line in wrap_spans(paragraph, width)]
        return [painted(line, self._style) for line in lines]

    def _spans(self, node: Node, role: Role | None = None) -> Iterator[Span]:
        """What a reader sees of the node and all that is in it."""
        if node.type == "code_inline":
            yield Span(f"`{self._filled(node.content)}`", "command", whole=True)
        elif node.type == "softbreak":
            yield Span(" ", role)
        elif node.type == "hardbreak":
            yield _HARD_BREAK
        elif node.type == "image":
            yield Span(f"[{self._filled(node.content)}]", role)
        elif not node.children:
            yield Span(self._filled(node.content), role)
        else:
            inner: Role | None = "heading" if node.type in ("strong", "em") else role
            for child in node.children:
                yield from self._spans(child, inner)
            yield from self._target(node, role)

    def _target(self, node: Node, role: Role | None) -> Iterator[Span]:
        """Where a link leads, unless that is inside the course or what the link says anyway."""
        target = str(node.attrs.get("href", ""))
        said = "".join(child.content for child in node.children)
        if "://" in target and target != said:
            yield Span(f" <{self._style.show(target)}>", role)

    def _filled(self, content: str) -> str:
        return self._style.show(substitute(content, self._values).replace("\n", " "))


def _prefixed(lines: Sequence[str], first: str, rest: str) -> list[str]:
    return [((rest if number else first) + line).rstrip(" ") for number, line in enumerate(lines)]
