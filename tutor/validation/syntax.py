"""What is not well-formed, in words: expat says where it stopped, not what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tutor.relaxng.document import ENTITY, TOO_DEEP, TOO_MANY, UNDECLARED, Node, NotXml, Place
from tutor.text import Text, text
from tutor.validation.nearest import distance
from tutor.validation.problem import Problem

#: Bytes before the fault that are looked at for what was meant.
_REACH = 200

#: Letters by which an end tag may differ from its start tag and still be meant for it.
_TYPING_ERROR = 2

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
    if isinstance(hint, _Elsewhere):
        place, hint = hint.place, hint.hint
    return Problem("error", "not-well-formed", place, what, hint)


@dataclass(frozen=True)
class _Elsewhere:
    """A hint for a fault that was made before the place at which it was noticed."""

    place: Place
    hint: Text


_Told = tuple[Text, "Text | _Elsewhere | None"]


def _told(error: NotXml, content: bytes) -> _Told:
    if error.message == "mismatched tag" and error.unclosed is not None:
        return _mismatched(error.unclosed, content[error.offset :])
    if error.message == "no element found":
        return _ended(error.unclosed)
    if error.message == "unclosed token":
        return _unclosed(content[error.offset :])
    if error.message == "not well-formed (invalid token)":
        for recognise in _RECOGNISED:
            told = recognise(content[: error.offset], content[error.offset :])
            if told is not None:
                return told
        return text("a character stands where it cannot"), text("Look for a missing quote, bracket or space.")
    return _SAID.get(error.message, (text("{message}", message=error.message), None))


def _mismatched(opened: Node, rest: bytes) -> _Told:
    name, line = opened.name[1], opened.place.line
    end = re.match(rb"[^\s>]*", rest)
    written = end[0].decode("utf-8", "replace") if end else ""
    if distance(name[:50].lower(), written[:50].lower()) <= _TYPING_ERROR:
        what = text("</{end}> does not end <{name}> of line {line}", end=written, name=name, line=line)
        return what, text("Did you mean </{name}>?", name=name)
    what = text(
        "</{end}> comes while <{name}> of line {line} is still open", end=written, name=name, line=line
    )
    return what, text(
        "Write </{name}> before it, or end the tag in line {line} with />.", name=name, line=line
    )


def _ended(unclosed: Node | None) -> _Told:
    if unclosed is None:
        return text("there is no element in it"), text(
            "A document begins with a tag such as <domain type='kvm'>."
        )
    name = unclosed.name[1]
    hint = text("Write </{name}> where it ends, or end the tag with />.", name=name)
    return text("<{name}> is never closed", name=name), _Elsewhere(unclosed.place, hint)


def _unclosed(rest: bytes) -> _Told:
    if rest.startswith(b"<!--"):
        return text("a comment is not closed"), text("It ends with -->.")
    return text("a tag is not finished"), text("Its > is missing, or a quote.")


def _control(_before: bytes, rest: bytes) -> _Told | None:
    if rest[:1] >= b" " or rest[:1] in b"\t\r\n":
        return None
    return text("there is a control character"), text("Take it away: XML has none, whatever the encoding.")


def _not_utf_8(_before: bytes, rest: bytes) -> _Told | None:
    try:
        rest[:4].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start == 0:
            return text("this is not UTF-8"), text("Save the file as UTF-8, which libvirt reads.")
    return None


def _typographic(before: bytes, rest: bytes) -> _Told | None:
    if _tag(before) is None or rest[:4].decode("utf-8", "replace")[:1] not in "“”„‟‘’‚′″«»´":
        return None
    return text("a typographic quote is no quote in XML"), text("Write ' or \" around the value.")


def _ampersand(before: bytes, _rest: bytes) -> _Told | None:
    if not re.search(rb"&[\w.#-]*$", before[-_REACH:]):
        return None
    return text("a lone & cannot stand here"), text("Write &amp; for &.")


def _open_quote(before: bytes, rest: bytes) -> _Told | None:
    tag = _tag(before)
    if tag is None or not tag["open"] or not rest.startswith(b"<"):
        return None
    name = re.search(rb"""([^\s=<>'"]+)\s*=\s*$""", before[: tag.start("open")][-_REACH:])
    shown = name[1].decode("utf-8", "replace") if name else "?"
    place = _place(before, tag.start("open"))
    what = text("the value of {name} lacks its closing quote", name=shown)
    return what, _Elsewhere(place, text("Write the same quote at both ends of the value."))


def _no_quote(before: bytes, _rest: bytes) -> _Told | None:
    tag = _tag(before)
    found = re.search(rb"([^\s=<>]+)\s*=\s*$", tag[0][-_REACH:]) if tag else None
    if found is None:
        return None
    name = found[1].decode("utf-8", "replace")
    return text("the value of {name} is not in quotes", name=name), text("Write {name}='...'.", name=name)


def _no_value(before: bytes, rest: bytes) -> _Told | None:
    tag = _tag(before)
    found = re.search(rb"""\s([^\s=<>/"']+)\s*$""", tag[0][-_REACH:]) if tag else None
    if found is None or rest[:1] not in b"/>":
        return None
    name = found[1].decode("utf-8", "replace")
    return text("the attribute {name} has no value", name=name), text("Write {name}='...'.", name=name)


def _open_tag(before: bytes, rest: bytes) -> _Told | None:
    tag = _tag(before)
    if tag is None or not rest.startswith(b"<"):
        return None
    hint = text("Write > or /> at its end.")
    return text("a tag is not finished before the next one begins"), _Elsewhere(
        _place(before, len(before) - len(tag[0])), hint
    )


def _no_space(before: bytes, rest: bytes) -> _Told | None:
    if _tag(before) is None or not before.endswith((b"'", b'"')) or not rest[:1].isalpha():
        return None
    return text("there is no space between two attributes"), text("Write a space here.")


def _odd_space(before: bytes, rest: bytes) -> _Told | None:
    if _tag(before) is None or not rest[:4].decode("utf-8", "replace")[:1].isspace() or rest[:1].isspace():
        return None
    return text("this space is not an ordinary one"), text(
        "Type it again: it was copied from a page or a PDF."
    )


def _less_than(before: bytes, _rest: bytes) -> _Told | None:
    if not before.endswith((b"<", b"</")):
        return None
    return text("this < begins no tag"), text(
        "A name follows < at once; for the character itself write &lt;."
    )


def _comment(before: bytes, _rest: bytes) -> _Told | None:
    if before.rfind(b"<!--") <= before.rfind(b"-->") or not before.endswith(b"--"):
        return None
    return text("a comment cannot contain --"), text("Write one hyphen, or a space between the two.")


_RECOGNISED: tuple[Callable[[bytes, bytes], _Told | None], ...] = (
    *(_control, _not_utf_8, _comment, _typographic, _ampersand, _open_quote, _no_quote),
    *(_no_value, _open_tag, _no_space, _odd_space, _less_than),
)


_TAG = re.compile(rb"""</?\w(?:[^"'>]|"[^"]*"|'[^']*')*(?P<open>"[^"]*|'[^']*)?""")


def _tag(before: bytes) -> re.Match[bytes] | None:
    """The tag that is being read: all from its < on, with ``open`` the value in it; None outside of tags."""
    start = before.rfind(b"<")
    return _TAG.fullmatch(before, start) if start >= 0 else None


def _place(before: bytes, offset: int) -> Place:
    """The place of a byte."""
    lines = re.split(r"\r\n|\r|\n", before[:offset].decode("utf-8", "replace"))
    return Place(len(lines), len(lines[-1]) + 1)
