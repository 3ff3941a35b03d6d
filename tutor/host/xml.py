"""Libvirt's XML, and a recording's, read without following it anywhere."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Deeper than any libvirt document, shallower than what would exhaust a program's stack.
MAX_DEPTH = 200

#: Characters of a document that is worth keeping: several checks read the same one.
_SMALL = 64 * 1024


class NotWellFormed(ValueError):
    """The text is not XML, or is none that libvirt writes. ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def parse(content: str) -> Element:
    """The root element, as an element tree.

    A document type declaration, and with it every entity, is refused. Loading lxml for this would cost a
    run a fifth of its time.

    :raises NotWellFormed: with the place of the first fault.
    """
    from xml.etree.ElementTree import ParseError, XMLParser

    # As few elements cannot lie that deep, and nothing but a document type makes ElementTree's own parser,
    # which is four times as fast, take anything that is refused here.
    if content.count("<") - content.count("</") <= MAX_DEPTH and "<!DOCTYPE" not in content:
        quick = XMLParser(encoding="utf-8")  # noqa: S314 - see above
        try:
            quick.feed(content.encode("utf-8", "replace"))
            root: Element = quick.close()
        except (ParseError, ValueError):
            pass  # the other one says what is wrong, and where
        else:
            return root
    return _read_closely(content)


def shared(content: str) -> Element:
    """The same, for those who only read: several checks ask about one document, and get one tree.

    :raises NotWellFormed: see :func:`parse`.
    """
    return _remembered(content) if len(content) <= _SMALL else parse(content)


@lru_cache(maxsize=16)
def _remembered(content: str) -> Element:
    return parse(content)


def _read_closely(content: str) -> Element:
    from xml.etree.ElementTree import TreeBuilder

    builder, parser = TreeBuilder(), expat.ParserCreate(encoding="utf-8")
    depth = 0

    def refuse(*_declaration: object) -> None:
        raise _not_read(parser, "a document type is not read")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _not_read(parser, "elements are nested too deeply")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        # The encoding is given above: what a declaration says about a str is no longer true.
        parser.Parse(content.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise NotWellFormed(expat.ErrorString(error.code), error.lineno, error.offset + 1) from None
    root: Element = builder.close()
    return root


def _not_read(parser: expat.XMLParserType, why: str) -> NotWellFormed:
    return NotWellFormed(why, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)


def attribute(value: str) -> str:
    """The value as an attribute's, in quotes (XML 1.0, sections 2.3 and 3.3.3).

    Not xml.sax.saxutils.quoteattr, which brings the whole of urllib along.
    """
    for plain, reference in _REFERENCES:
        value = value.replace(plain, reference)
    return f'"{value}"'


#: The ampersand first; white space by number, else it is read back as spaces.
_REFERENCES = (
    *(("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")),
    *(("\n", "&#10;"), ("\r", "&#13;"), ("\t", "&#9;")),
)
