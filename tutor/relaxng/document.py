"""Reading a document without expanding or fetching anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.parsers import expat

from tutor.relaxng.datatypes import SPACE
from tutor.relaxng.names import Name
from tutor.relaxng.tree import BREAK, Node, Place, Run


class NotXml(ValueError):
    """The text is not well-formed, or not to be read.

    :param message: expat's, in English, or one of ours.
    :param offset: the byte at which it was noticed.
    :param unclosed: the elements that were open there, the innermost last.
    """

    def __init__(self, message: str, place: Place, offset: int = 0, unclosed: Sequence[Node] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.offset = offset
        self.unclosed = unclosed


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
    return BREAK.split(text)


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
        raise NotXml(message, place, parser.ErrorByteIndex, reader.unclosed) from None
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
        self.unclosed: list[Node] = []
        self._elements = 0
        self.root: Node

    def _here(self) -> Place:
        return Place(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self.unclosed) >= MAX_DEPTH:
            self._refuse(TOO_DEEP)
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            self._refuse(TOO_MANY)
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        named = [(_name(key), value) for key, value in pairs]
        node = Node(_name(name), self._here(), named, self._content, self.parser.CurrentByteIndex)
        if self.unclosed:
            self.unclosed[-1].children.append(node)
        else:
            self.root = node
        self.unclosed.append(node)

    def _end(self, _name: str) -> None:
        self.unclosed.pop()

    def _text(self, content: str) -> None:
        children = self.unclosed[-1].children
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

    def _skipped(self, _name: str, parameter: bool) -> None:
        if not parameter:
            self._refuse(UNDECLARED)

    def _refuse(self, message: str) -> None:
        raise NotXml(message, self._here(), self.parser.CurrentByteIndex, self.unclosed)


def _name(joined: str) -> Name:
    namespace, _, local = joined.rpartition(" ")
    return namespace, local
