"""A schema's faults as sentences, with the nearest right name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from tutor.relaxng.document import NotXml
from tutor.relaxng.patterns import Data
from tutor.relaxng.validate import Fault
from tutor.text import Text, text
from tutor.validation.problem import Problem

#: More names than this are not read by anyone.
_MOST_NAMES = 12

_UNITS = text(
    "Units are bytes, KiB, MiB, GiB and TiB (powers of 1024), or KB, MB, GB and TB (powers of 1000)."
)

#: What libvirt's schemas mean by their patterns, in words, by how the pattern begins.
_NUMBERS = (
    "unsignedInt",
    "unsignedLong",
    "unsignedShort",
    "positiveInteger",
    "nonNegativeInteger",
    "integer",
    "long",
)

#: expat's messages that students meet.
_SYNTAX = {
    "mismatched tag": text("this end tag does not belong to the element that is open"),
    "no element found": text("the document ends before its elements are closed"),
    "unclosed token": text("a tag is not finished: its > is missing"),
    "not well-formed (invalid token)": text(
        "a character stands where it cannot: look for a missing quote or bracket"
    ),
    "duplicate attribute": text("the same attribute stands twice in one element"),
    "junk after document element": text("something follows the root element; a document has only one"),
    "syntax error": text("this is no XML"),
    "undefined entity": text("an entity is used that is not declared: write & as &amp;"),
    "elements are nested too deeply": text("elements are nested too deeply"),
    "entity declarations are not read": text("entity declarations are not read, whatever they say"),
    "XML or text declaration not at start of entity": text("the <?xml ...?> line must be the very first"),
}


def not_xml(error: NotXml) -> Problem:
    """What is not well-formed."""
    what = _SYNTAX.get(error.message, text("{message}", message=error.message))
    return Problem("error", "not-well-formed", error.place, what)


def explain(fault: Fault) -> Problem:
    """The fault as a problem, with what could be written instead."""
    what, hint = _EXPLAINED[fault.kind](fault)
    return Problem("error", fault.kind, fault.place, what, hint)


def _unknown_element(fault: Fault) -> tuple[Text, Text | None]:
    if not fault.element:
        return text("the document cannot begin with <{name}>", name=fault.name), _nearest(fault)
    what = text("<{parent}> has no element <{name}> here", parent=fault.element[-1], name=fault.name)
    return what, _nearest(fault)


def _unknown_attribute(fault: Fault) -> tuple[Text, Text | None]:
    return text(
        "<{element}> has no attribute {name} here", element=fault.element[-1], name=fault.name
    ), _nearest(fault)


def _bad_value(fault: Fault) -> tuple[Text, Text | None]:
    element, value = fault.element[-1], fault.value or ""
    what = text("{name} of <{element}> cannot be “{value}”", name=fault.name, element=element, value=value)
    if (element, fault.name, value) == ("forward", "mode", "none"):
        return what, text("Leave the whole element out: an isolated network has no <forward>.")
    if fault.name == "unit":
        return what, _UNITS
    return what, _nearest(fault, fault.value) or _type(fault.datatypes)


def _bad_text(fault: Fault) -> tuple[Text, Text | None]:
    what = text("<{element}> cannot contain “{value}”", element=fault.name, value=fault.value or "")
    return what, _nearest(fault, fault.value) or _type(fault.datatypes)


def _unwanted_text(fault: Fault) -> tuple[Text, Text | None]:
    return text(
        "<{element}> contains text, but may not: “{value}”", element=fault.name, value=fault.value or ""
    ), None


def _missing_attribute(fault: Fault) -> tuple[Text, Text | None]:
    names = ", ".join(fault.wanted[:_MOST_NAMES])
    return text("<{element}> lacks an attribute: {names}", element=fault.name, names=names or "?"), None


def _missing_element(fault: Fault) -> tuple[Text, Text | None]:
    names = ", ".join(f"<{name}>" for name in fault.wanted[:_MOST_NAMES])
    if names:
        return text("<{element}> lacks an element: {names}", element=fault.name, names=names), None
    return text("<{element}> lacks its content", element=fault.name), None


_EXPLAINED = {
    "unknown-element": _unknown_element,
    "unknown-attribute": _unknown_attribute,
    "bad-value": _bad_value,
    "bad-text": _bad_text,
    "unwanted-text": _unwanted_text,
    "missing-attribute": _missing_attribute,
    "missing-element": _missing_element,
}


def _nearest(fault: Fault, wrong: str | None = None) -> Text | None:
    wrong = fault.name if wrong is None else wrong
    near = difflib.get_close_matches(wrong.lower(), fault.wanted, n=1, cutoff=0.6)
    if near:
        return text("Did you mean {name}?", name=near[0])
    if 0 < len(fault.wanted) <= _MOST_NAMES:
        return text("Possible here: {names}", names=", ".join(fault.wanted))
    return None


def _type(datatypes: Sequence[Data]) -> Text | None:
    patterns = [one.datatype.pattern for one in datatypes if one.datatype.pattern]
    if patterns:
        return text("It must match {pattern}", pattern=patterns[0])
    if any(one.datatype.name in _NUMBERS for one in datatypes):
        return text("A whole number is wanted.")
    return None
