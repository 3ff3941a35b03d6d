"""A document as events with their places, read without expanding or fetching anything."""

from __future__ import annotations

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
    """An element: its attributes in order, and its children, elements and runs of text."""

    name: Name
    place: Place
    attributes: list[tuple[Name, str]] = field(default_factory=list)
    children: list[Node | tuple[str, Place]] = field(default_factory=list)
    end: Place = field(default_factory=lambda: Place(1, 1))


class NotXml(ValueError):
    """The text is not well-formed, or declares entities. ``message`` is expat's, in English."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


#: Deeper than any libvirt document, shallower than what would exhaust a program's stack.
MAX_DEPTH = 200


def read(content: bytes) -> Node:
    """The root element.

    :raises NotXml: also for entity declarations, which no libvirt document needs, and for depth.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as error:
        place = Place(error.lineno, error.offset + 1)
        raise NotXml(expat.ErrorString(error.code), place) from None
    return reader.root


class _Reader:
    """Builds the tree from expat's events."""

    def __init__(self) -> None:
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
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

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
