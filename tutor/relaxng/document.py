"""A document as a tree with places, read without expanding or fetching anything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

from tutor.relaxng.datatypes import SPACE
from tutor.relaxng.names import Name


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
            lines = _BREAK.split(self.source[before : found.start(1)].decode("utf-8", "replace"))
            line, before = line + len(lines) - 1, found.start(1)
            column = len(lines[-1]) + (column if len(lines) == 1 else 1)
            if not re.match(rb"xmlns(:|$)", found[1]):
                places.append(Place(line, column))
        return places


class NotXml(ValueError):
    """The text is not well-formed, or not to be read.

    :param message: expat's, in English, or one of ours.
    :param offset: the byte at which it was noticed.
    :param unclosed: the innermost element that was open there.
    """

    def __init__(self, message: str, place: Place, offset: int = 0, unclosed: Node | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.offset = offset
        self.unclosed = unclosed


_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=/>"']+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_BREAK = re.compile(r"\r\n|\r|\n")

TOO_MANY = "there are too many elements"
TOO_DEEP = "elements are nested too deeply"
ENTITY = "entity declarations are not read"
UNDECLARED = "undefined entity"

#: Deeper than any libvirt document, shallower than what would exhaust a program's stack.
MAX_DEPTH = 100

#: The largest document of libvirt's own tests has 2 100.
MAX_ELEMENTS = 100_000


def lines_of(content: bytes) -> list[str]:
    """The lines as XML counts them, in the encoding that the document has or says it has."""
    declared = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""", content)
    try:
        text = content.decode(utf_16(content) or (declared[1].decode() if declared else "utf-8-sig"))
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return _BREAK.split(text)


def utf_16(content: bytes) -> str | None:
    """The codec of a document in UTF-16, with or without a mark (XML 1.0, appendix F)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(content[:2])


def read(content: bytes) -> Node:
    """The root element.

    :raises NotXml: also for declarations of entities and attributes, which no libvirt document needs,
        and for depth.
    """
    reader = _Reader(content)
    parser = reader.parser
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        place = Place(error.lineno, error.offset + 1)
        message = expat.ErrorString(error.code)
        raise NotXml(message, place, parser.ErrorByteIndex, reader.innermost) from None
    except (LookupError, ValueError) as error:
        if isinstance(error, NotXml):
            raise
        # An encoding that Python does not know either, or of several bytes to a character.
        raise NotXml("unknown encoding", Place(1, 1)) from None
    return reader.root


class _Reader:
    """Builds the tree from expat's events."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.ordered_attributes = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.SkippedEntityHandler = self._skipped
        self._open: list[Node] = []
        self._elements = 0
        self.root: Node

    @property
    def innermost(self) -> Node | None:
        return self._open[-1] if self._open else None

    def _here(self) -> Place:
        return Place(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._refuse(TOO_DEEP)
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            self._refuse(TOO_MANY)
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        named = [(_name(key), value) for key, value in pairs]
        node = Node(_name(name), self._here(), named, self._content, self.parser.CurrentByteIndex)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, content: str) -> None:
        children = self._open[-1].children
        if not children or isinstance(children[-1], Node):
            children.append(Run(self._here()))
        run = children[-1]
        assert isinstance(run, Run)  # noqa: S101 - for the types
        run.parts.append(content)
        stripped = content.lstrip(SPACE)
        if run.blank and stripped:
            here = self._here()
            run.blank, run.place = False, Place(here.line, here.column + len(content) - len(stripped))

    def _doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        if internal:
            self._refuse(ENTITY)

    def _entity(self, *_declaration: object) -> None:
        self._refuse(ENTITY)

    def _skipped(self, _name: str, parameter: bool) -> None:  # noqa: FBT001 - expat's signature
        if not parameter:
            self._refuse(UNDECLARED)

    def _refuse(self, message: str) -> None:
        raise NotXml(message, self._here(), self.parser.CurrentByteIndex, self.innermost)


def _name(joined: str) -> Name:
    namespace, _, local = joined.rpartition(" ")
    return namespace, local
