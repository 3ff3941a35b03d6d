"""What is not well-formed, in words: expat says where it stopped, not what was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.relaxng.document import ENTITY, TOO_DEEP, TOO_MANY, UNDECLARED, NotXml
from tutor.relaxng.tree import Node
from tutor.text import Text, text
from tutor.validation.nearest import nearest
from tutor.validation.problem import Problem
from tutor.validation.tokens import RECOGNISED, Elsewhere, Told

_SAID: dict[str, tuple[Text, Text | None]] = {
    "duplicate attribute": (
        text("the same attribute stands twice in one element"),
        text("Take one of them away."),
    ),
    "junk after document element": (
        text("something follows the root element, and a document has only one"),
        text("Put each document into a file of its own, or all into one element."),
    ),
    "syntax error": (
        text("this is no XML: it does not begin with a tag"),
        text("A document begins with a tag such as <domain type='kvm'>."),
    ),
    UNDECLARED: (
        text("this name between & and ; is not declared"),
        text("Write &amp; for &, or the character itself instead of its name."),
    ),
    TOO_DEEP: (
        text("elements are nested too deeply"),
        text("No libvirt document is: look for missing end tags."),
    ),
    TOO_MANY: (text("there are too many elements"), text("No libvirt document has as many: split the file.")),
    ENTITY: (
        text("the document declares entities or attributes, and these are not read"),
        text("Take the declarations between [ and ] of <!DOCTYPE away: libvirt needs none."),
    ),
    "XML or text declaration not at start of entity": (
        text("the <?xml ...?> line is not the very first"),
        text("Nothing may stand before it, not even an empty line."),
    ),
    "XML declaration not well-formed": (
        text("the <?xml ...?> line is not right"),
        text("Write <?xml version='1.0' encoding='UTF-8'?>, or leave it out."),
    ),
    "unbound prefix": (
        text("the prefix before the colon is not declared"),
        text(
            "Declare it in the root element, as <domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>."
        ),
    ),
    "unknown encoding": (
        text("the encoding that the <?xml ...?> line names is not known"),
        text("Save the file as UTF-8, which libvirt reads."),
    ),
    "encoding specified in XML declaration is incorrect": (
        text("the file is not in the encoding that its <?xml ...?> line names"),
        text("Save the file as UTF-8, and write encoding='UTF-8' or nothing."),
    ),
    "reference to invalid character number": (
        text("this number between &# and ; is no character"),
        text("Take it away."),
    ),
    "partial character": (text("this is not UTF-8"), text("Save the file as UTF-8, which libvirt reads.")),
    "unclosed CDATA section": (text("a <![CDATA[ section is not closed"), text("It ends with ]]>.")),
}


def not_xml(error: NotXml, content: bytes) -> Problem:
    """What is not well-formed, as a problem."""
    place, what, hint = error.place, *_told(error, content)
    if isinstance(hint, Elsewhere):
        place, hint = hint.place, hint.hint
    return Problem("error", "not-well-formed", place, what, hint)


def _told(error: NotXml, content: bytes) -> Told:
    if error.message == "mismatched tag" and error.unclosed:
        return _mismatched(error.unclosed, content[error.offset :])
    if error.message == "no element found":
        return _ended(error.unclosed[-1] if error.unclosed else None)
    if error.message == "unclosed token":
        return _unclosed(content[error.offset :])
    if error.message == "not well-formed (invalid token)":
        for recognise in RECOGNISED:
            told = recognise(content[: error.offset], content[error.offset :])
            if told is not None:
                return told
        return text("a character stands where it cannot"), text("Look for a missing quote, bracket or space.")
    return _SAID.get(error.message, (text("{message}", message=error.message), None))


def _mismatched(unclosed: Sequence[Node], rest: bytes) -> Told:
    name, line = unclosed[-1].name[1], unclosed[-1].place.line
    end = re.match(rb"[^\s>]*", rest)
    written = end[0].decode("utf-8", "replace") if end else ""
    outer = {node.name[1] for node in unclosed[:-1]}
    if written not in outer and nearest(written, [name]) is not None:
        what = text("</{end}> does not end <{name}> of line {line}", end=written, name=name, line=line)
        return what, text("Did you mean </{name}>?", name=name)
    what = text(
        "</{end}> comes while <{name}> of line {line} is still open", end=written, name=name, line=line
    )
    return what, text(
        "Write </{name}> before it, or end the tag in line {line} with />.", name=name, line=line
    )


def _ended(unclosed: Node | None) -> Told:
    if unclosed is None:
        return text("there is no element in it"), text(
            "A document begins with a tag such as <domain type='kvm'>."
        )
    name = unclosed.name[1]
    hint = text("Write </{name}> where it ends, or end the tag with />.", name=name)
    return text("<{name}> is never closed", name=name), Elsewhere(unclosed.place, hint)


def _unclosed(rest: bytes) -> Told:
    if rest.startswith(b"<!--"):
        return text("a comment is not closed"), text("It ends with -->.")
    return text("a tag is not finished"), text("Its > is missing, or a quote.")
