"""Which mistake makes a character stand where it cannot: recognised by what is before and behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.dataclass import dataclass
from tutor.relaxng.tree import BREAK, Place
from tutor.text import Text, text

#: Bytes before the fault that are looked at for what was meant.
_REACH = 200


@dataclass(frozen=True)
class Elsewhere:
    """A hint for a fault that was made before the place at which it was noticed."""

    place: Place
    hint: Text


Told = tuple[Text, "Text | Elsewhere | None"]


def _control(_before: bytes, rest: bytes) -> Told | None:
    if rest[:1] >= b" " or rest[:1] in b"\t\r\n":
        return None
    return text("there is a control character"), text("Take it away: XML has none, whatever the encoding.")


def _not_utf_8(_before: bytes, rest: bytes) -> Told | None:
    try:
        rest[:4].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start == 0:
            return text("this is not UTF-8"), text("Save the file as UTF-8, which libvirt reads.")
    return None


#: What word processors make of quotes, and what stands beside them on keyboards.
_QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u2032\u2033\u00ab\u00bb\u00b4`"


def _typographic(before: bytes, rest: bytes) -> Told | None:
    if _tag(before) is None or rest[:4].decode("utf-8", "replace")[:1] not in _QUOTES:
        return None
    return text("a typographic quote is no quote in XML"), text("Write ' or \" around the value.")


def _ampersand(before: bytes, _rest: bytes) -> Told | None:
    if not re.search(rb"&[\w.#-]*$", before[-_REACH:]):
        return None
    return text("a lone & cannot stand here"), text("Write &amp; for &.")


def _open_quote(before: bytes, rest: bytes) -> Told | None:
    tag = _tag(before)
    if tag is None or not tag["open"] or not rest.startswith(b"<"):
        return None
    name = re.search(rb"""([^\s=<>'"]+)\s*=\s*$""", before[: tag.start("open")][-_REACH:])
    shown = name[1].decode("utf-8", "replace") if name else "?"
    place = _place(before, tag.start("open"))
    what = text("the value of {name} lacks its closing quote", name=shown)
    return what, Elsewhere(place, text("Write the same quote at both ends of the value."))


def _no_quote(before: bytes, _rest: bytes) -> Told | None:
    tag = _tag(before)
    found = re.search(rb"([^\s=<>]+)\s*=\s*$", tag[0][-_REACH:]) if tag else None
    if found is None:
        return None
    name = found[1].decode("utf-8", "replace")
    return text("the value of {name} is not in quotes", name=name), text("Write {name}='...'.", name=name)


def _no_value(before: bytes, rest: bytes) -> Told | None:
    tag = _tag(before)
    found = re.search(rb"""\s([^\s=<>/"']+)\s*$""", tag[0][-_REACH:]) if tag else None
    if found is None or rest[:1] not in b"/>":
        return None
    name = found[1].decode("utf-8", "replace")
    return text("the attribute {name} has no value", name=name), text("Write {name}='...'.", name=name)


def _open_tag(before: bytes, rest: bytes) -> Told | None:
    tag = _tag(before)
    if tag is None or not rest.startswith(b"<"):
        return None
    hint = text("Write > or /> at its end.")
    return text("a tag is not finished before the next one begins"), Elsewhere(
        _place(before, len(before) - len(tag[0])), hint
    )


def _no_space(before: bytes, rest: bytes) -> Told | None:
    if _tag(before) is None or not before.endswith((b"'", b'"')) or not rest[:1].isalpha():
        return None
    return text("there is no space between two attributes"), text("Write a space here.")


def _odd_space(before: bytes, rest: bytes) -> Told | None:
    if _tag(before) is None or not rest[:4].decode("utf-8", "replace")[:1].isspace() or rest[:1].isspace():
        return None
    return text("this space is not an ordinary one"), text(
        "Type it again: it was copied from a page or a PDF."
    )


def _less_than(before: bytes, _rest: bytes) -> Told | None:
    if not before.endswith((b"<", b"</")):
        return None
    return text("this < begins no tag"), text(
        "A name follows < at once; for the character itself write &lt;."
    )


def _comment(before: bytes, _rest: bytes) -> Told | None:
    if before.rfind(b"<!--") <= before.rfind(b"-->") or not before.endswith(b"--"):
        return None
    return text("a comment cannot contain --"), text("Write one hyphen, or a space between the two.")


RECOGNISED: tuple[Callable[[bytes, bytes], Told | None], ...] = (
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
    lines = BREAK.split(before[:offset].decode("utf-8", "replace"))
    return Place(len(lines), len(lines[-1]) + 1)
