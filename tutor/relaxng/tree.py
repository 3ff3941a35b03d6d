"""A document as a tree with places."""

from __future__ import annotations

import re
from functools import cached_property

from tutor.dataclass import dataclass, field
from tutor.relaxng.names import Name

_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=/>"']+)\s*=\s*(?:"[^"]*"|'[^']*')""")
BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text; both count from 1, and a column is a character."""

    line: int
    column: int


@dataclass(slots=True)
class Run:
    """Text between two tags, of whatever it was put together: characters, references, CDATA.

    ``place`` is that of its first character that is no white space.
    """

    place: Place
    parts: list[str] = field(default_factory=list)
    blank: bool = True

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.parts)


@dataclass
class Node:
    """An element: its attributes in order, and its children, elements and runs of text."""

    name: Name
    place: Place
    attributes: list[tuple[Name, str]]
    source: bytes = field(repr=False)
    offset: int
    children: list[Node | Run] = field(default_factory=list)

    def place_of(self, index: int) -> Place:
        """The place of an attribute; the element's own where the encoding does not let it be found."""
        return self._places[index] if index < len(self._places) else self.place

    @cached_property
    def _places(self) -> list[Place]:
        """Expat tells where a tag begins, not where its attributes do: read the tag again."""
        tag = _TAG.match(self.source, self.offset)
        places: list[Place] = []
        line, column, before = self.place.line, self.place.column, self.offset
        for found in _ATTRIBUTE.finditer(self.source, self.offset, tag.end()) if tag else ():
            lines = BREAK.split(self.source[before : found.start(1)].decode("utf-8", "replace"))
            line, before = line + len(lines) - 1, found.start(1)
            column = len(lines[-1]) + (column if len(lines) == 1 else 1)
            if not re.match(rb"xmlns(:|$)", found[1]):
                places.append(Place(line, column))
        return places
