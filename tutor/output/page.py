"""A page of text that grows line by line; everything on it has been made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from tutor.output.cells import cells, pad, wrap
from tutor.output.command import pasteable
from tutor.output.details import EXPECTED, OBSERVED, Detail
from tutor.output.style import Role, Style
from tutor.text import Text, Translate

_NARROW = 60
#: More of one value than this helps nobody, and may be meant to fill the screen.
_LONGEST_VALUE = 4000
_BESIDE_GAP = 4


class Page:
    """Lines in the making, for one language and one style."""

    def __init__(self, translate: Translate, style: Style) -> None:
        self.translate = translate
        self.style = style
        #: Spaces per level: few where the line is short.
        self.indent = 2 if style.width < _NARROW else 4
        self._lines: list[str] = []

    def document(self) -> str:
        """All lines, with a newline each and no empty ones at either end."""
        self._drop_gap()
        return "".join(line + "\n" for line in self._lines)

    def say(self, message: Text) -> str:
        """The message in the page's language. Not yet harmless: the page's methods see to that."""
        return message.render(self.translate)

    def gap(self) -> None:
        """An empty line, unless there is one or the page has just begun."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def heading(self, title: str) -> None:
        """A lesson's title, underlined where the style draws."""
        self.gap()
        lines = wrap(self.style.show(title), self.style.width)
        self._lines += [self.style.paint(line, "heading") for line in lines]
        if self.style.plain:
            self.gap()
        else:
            longest = max(cells(line) for line in lines)
            rule = ("-" if self.style.ascii else "─") * min(longest, self.style.width)
            self._lines.append(self.style.paint(rule, "quiet"))

    def line(self, sentence: str, *, level: int = 0, role: Role | None = None) -> None:
        """A sentence, wrapped, with a hanging indent."""
        left = " " * (self.indent * level)
        lines = wrap(self.style.show(sentence), self.style.width, first=left, rest=left + "  ")
        self._lines += [self.style.paint(line, role) if role else line for line in lines]

    def row(self, label: str, verdict: str, role: Role, *, width: int, indent: int) -> None:
        """A label and, at the column ``width``, the verdict."""
        left = " " * indent
        *lines, last = wrap(self.style.show(label), width, first=left, rest=left + "  ")
        if cells(last) > width:
            lines.append(last)
            last = left
        self._lines += [*lines, pad(last, width) + "  " + self.style.paint(verdict, role)]

    def label_width(self, labels: Iterable[str], *, beside: int) -> int:
        """The column for verdicts: after the longest label, if ``beside`` cells and a gap fit there."""
        longest = max((cells(self.style.show(label)) for label in labels), default=0)
        return max(self.indent + 1, min(longest, self.style.width - beside - 2))

    def details(self, told: Sequence[Detail], *, level: int) -> None:
        """Labelled values below one another; two drawings beside one another where they fit."""
        rest = list(told)
        if not self.style.plain:
            expected = next((detail for detail in rest if detail.label is EXPECTED), None)
            observed = next((detail for detail in rest if detail.label is OBSERVED), None)
            if expected and observed and self._beside(expected, observed, level):
                rest = [detail for detail in rest if detail not in (expected, observed)]
        for detail in rest:
            self.field(detail.label, detail.value, level=level)
            self.commands(detail.commands, level=level + 1)

    def field(self, label: Text, value: str, *, level: int = 0, role: Role = "quiet") -> None:
        """``label: value``; a value of several lines goes below its label, as it stands."""
        left, name = " " * (self.indent * level), self.style.show(self.say(label)) + ":"
        lines = self._value_lines(value)
        if len(lines) == 1:
            space = " " if lines[0] else ""
            body = wrap(lines[0], self.style.width, first=f"{left}{name}{space}", rest=left + "  ")
        else:
            body = [left + name]
            for line in lines:
                text = line.lstrip(" ")
                inner = left + "  " + " " * min(len(line) - len(text), self.style.width // 2)
                body += wrap(text, self.style.width, first=inner, rest=inner + "  ")
        body[0] = left + self.style.paint(name, role) + body[0][len(left) + len(name) :]
        self._lines += body

    def commands(self, commands: Iterable[str], *, level: int) -> None:
        """Each command alone on its line, whole; a script of several lines stands at the margin."""
        for command in commands:
            lines = pasteable(command).split("\n")
            left = " " * (self.indent * level) if len(lines) == 1 else ""
            self._lines += [left + self.style.paint(line, "command") for line in lines]

    def verbatim(self, lines: Iterable[str]) -> None:
        """Lines that are harmless, painted and broken already."""
        self._lines += lines

    def _value_lines(self, value: str) -> list[str]:
        if len(value) > _LONGEST_VALUE:
            value = value[:_LONGEST_VALUE] + " ..."
        return [self.style.show(line) for line in value.split("\n")]

    def _beside(self, left: Detail, right: Detail, level: int) -> bool:
        """Write two drawings side by side; False, and nothing written, where that does not fit."""
        columns = [
            [self.style.show(self.say(detail.label)) + ":", *self._value_lines(detail.value)]
            for detail in (left, right)
        ]
        widths = [max(map(cells, column)) for column in columns]
        margin = " " * (self.indent * level)
        whole = len(margin) + sum(widths) + _BESIDE_GAP
        if min(map(len, columns)) <= 2 or whole > self.style.width:  # noqa: PLR2004 - label and one line
            return False
        for index, (first, second) in enumerate(zip_longest(*columns, fillvalue="")):
            line = margin + pad(first, widths[0] + _BESIDE_GAP) + second
            self._lines.append(
                self.style.paint(line.rstrip(" "), "quiet") if index == 0 else line.rstrip(" ")
            )
        return True

    def _drop_gap(self) -> None:
        while self._lines and not self._lines[-1]:
            self._lines.pop()
