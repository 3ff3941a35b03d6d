"""A document as events with their places, read without expanding or fetching anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from tutor.relaxng.names import Name


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text; both count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """An element: its attributes in order, and its children, elements and runs of text.

    ``places`` are those of the attributes; fewer where the encoding does not let them be found.
    """

    name: Name
    place: Place
    attributes: list[tuple[Name, str]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    children: list[Node | tuple[str, Place]] = field(default_factory=list)
    end: Place = field(default_factory=lambda: Place(1, 1))


class NotXml(ValueError):
    """The text is not well-formed, or declares entities. ``message`` is expat's, in English."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


_TAG = re.compile(rb"""<[^\s/>]+(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=/>"']+)\s*=\s*(?:"[^"]*"|'[^']*')""")

#: Deeper than any libvirt document, shallower than what would exhaust a program's stack.
MAX_DEPTH = 200


def read(content: bytes) -> Node:
    """The root element.

    :raises NotXml: also for entity declarations, which no libvirt document needs, and for depth.
    """
    reader = _Reader(content)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        place = Place(error.lineno, error.offset + 1)
        raise NotXml(expat.ErrorString(error.code), place) from None
    return reader.root


class _Reader:
    """Builds the tree from expat's events."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self._open: list[Node] = []
        self.root: Node

    def _here(self) -> Place:
        return Place(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise NotXml("elements are nested too deeply", self._here())
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        node = Node(_name(name), self._here(), [(_name(key), value) for key, value in pairs])
        node.places = list(self._attribute_places())
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _attribute_places(self) -> Iterator[Place]:
        """Expat tells where a tag begins, not where its attributes do: read the tag again."""
        here, start = self._here(), self.parser.CurrentByteIndex
        tag = _TAG.match(self._content, start)
        for found in _ATTRIBUTE.finditer(self._content, start, tag.end()) if tag else ():
            if found[1].startswith(b"xmlns"):
                continue
            before = self._content[start : found.start(1)].decode("utf-8", "replace")
            lines = before.split("\n")
            column = len(lines[-1]) + (here.column if len(lines) == 1 else 1)
            yield Place(here.line + len(lines) - 1, column)

    def _end(self, _name: str) -> None:
        self._open.pop().end = self._here()

    def _text(self, content: str) -> None:
        children = self._open[-1].children
        if children and isinstance(children[-1], tuple):
            children[-1] = (children[-1][0] + content, children[-1][1])
        else:
            children.append((content, self._here()))

    def _entity(self, *_declaration: object) -> None:
        raise NotXml("entity declarations are not read", self._here())


def _name(joined: str) -> Name:
    namespace, _, local = joined.rpartition(" ")
    return namespace, local
