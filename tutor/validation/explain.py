"""A schema's faults as sentences, with what could be written instead."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.relaxng.datatypes import SPACE
from tutor.relaxng.fault import Fault
from tutor.relaxng.index import Index
from tutor.text import Text, text
from tutor.validation.nearest import nearest
from tutor.validation.problem import Problem
from tutor.validation.usual import usual
from tutor.validation.wanted import described, spelled

#: More names than this are not read by anyone.
_MOST_NAMES = 12

#: More elements than this in which another may stand tell nobody where it belongs.
_MOST_HOMES = 3

#: Characters of a value that are shown.
_LONGEST = 60


def explain(fault: Fault, index: Index) -> Problem:
    """The fault as a problem."""
    hint = usual(fault) or _HINTS[fault.kind](fault, index)
    return Problem("error", fault.kind, fault.place, _what(fault), hint)


#: The sentence for each kind; of what is missing, all or one of several.
_SENTENCES = {
    "unknown-element": text("<{element}> has no element <{name}>"),
    "repeated-element": text("<{element}> has a <{name}> already, in line {value}"),
    "unfitting-element": text("<{name}> does not fit behind what <{element}> has already"),
    "unknown-attribute": text("<{element}> has no attribute {name} here"),
    "unfitting-attribute": text("{name} does not fit the other attributes of <{element}>"),
    "bad-value": text("{name} of <{element}> cannot be “{value}”"),
    "bad-text": text("<{element}> cannot contain “{value}”"),
    "unwanted-text": text("<{element}> cannot contain text: “{value}”"),
    "missing-text": text("<{element}> is empty"),
    "missing-attribute": text("<{element}> lacks the attribute {wanted}"),
    "missing-element": text("<{element}> lacks {wanted}"),
}
_ONE_OF = {
    "missing-attribute": text("<{element}> lacks one of the attributes {wanted}"),
    "missing-element": text("<{element}> lacks one of {wanted}"),
}


def _what(fault: Fault) -> Text:
    sentence = _SENTENCES[fault.kind]
    if not fault.required and len(fault.wanted) > 1:
        sentence = _ONE_OF.get(fault.kind, sentence)
    name = "<{}>" if fault.kind == "missing-element" else "{}"
    value = fault.value or ""
    values = {
        "element": fault.element[-1],
        "name": fault.name,
        "value": shortened(value.strip(SPACE) if fault.kind == "unwanted-text" else value),
        "wanted": ", ".join(name.format(one) for one in fault.wanted[:_MOST_NAMES]),
    }
    return Text(sentence.message, values)


def _of_element(fault: Fault, index: Index) -> Text | None:
    parent = fault.element[-1]
    known = parent in index.homes(fault.name)
    near = None if known else nearest(fault.name, fault.wanted)
    if near is not None:
        return text("Did you mean <{name}>?", name=near)
    if fault.name in index.attributes.get(parent, ()):
        return text("It is an attribute: <{element} {name}='...'>", element=parent, name=fault.name)
    homes = [home for home in index.homes(fault.name) if home != parent]
    # Of several, those that are at hand: around this element, or inside the one that has it.
    homes = [home for home in homes if home in fault.element or parent in index.homes(home)] or homes
    if 0 < len(homes) <= _MOST_HOMES:
        names = ", ".join(f"<{home}>" for home in homes)
        return text("<{name}> stands in {homes}.", name=fault.name, homes=names)
    possible = _possible([f"<{name}>" for name in fault.wanted])
    return possible or text("Take it away: no further element fits here.")


def _of_repeated(_fault: Fault, _index: Index) -> Text:
    return text("It can have one only: take one of the two away.")


def _of_attribute(fault: Fault, index: Index) -> Text | None:
    element = fault.element[-1]
    if fault.name in index.attributes.get(element, ()):
        # No typing error: what this element or the one around it says of itself does not go with it.
        possible = _possible(fault.wanted) or text("Take it away: no further attribute fits here.")
        around = fault.element[-2] if len(fault.element) > 1 else element
        return text("It belongs to another kind of <{around}>. {possible}", around=around, possible=possible)
    near = nearest(fault.name, fault.wanted)
    if near is not None:
        return text("Did you mean {name}?", name=near)
    if element in index.parents.get(fault.name, ()):
        return text(
            "It is an element of its own inside <{element}>: <{name}>", element=element, name=fault.name
        )
    return _possible(fault.wanted) or text("Take it away: no further attribute fits here.")


def _of_value(fault: Fault, _index: Index) -> Text | None:
    values = [*fault.wanted, *spelled(fault.datatypes)]
    value = (fault.value or "").strip(SPACE)
    if value != fault.value and _fits(value, fault):
        return text("Take the space around it away.")
    near = nearest(value, values)
    if near is not None:
        return text("Did you mean {name}?", name=near)
    wanted = None if len(values) > len(fault.wanted) else described(fault.datatypes)
    return wanted or _possible(values)


def _fits(value: str, fault: Fault) -> bool:
    return value in fault.wanted or any(one.datatype.allows(value) for one in fault.datatypes)


def _of_text(_fault: Fault, _index: Index) -> Text:
    return text("Take the text away, or make it a comment: <!-- ... -->")


def _of_gap(fault: Fault, _index: Index) -> Text | None:
    first = fault.wanted[0] if fault.wanted else ""
    if fault.kind == "missing-attribute":
        return text("Write it in the tag: <{element} {name}='...'>", element=fault.name, name=first)
    if fault.kind == "missing-element":
        return text("Write it inside <{element}>, or look for a typing error there.", element=fault.name)
    return described(fault.datatypes) or text(
        "Write its value between <{name}> and </{name}>.", name=fault.name
    )


_HINTS = {
    "unknown-element": _of_element,
    "repeated-element": _of_repeated,
    "unfitting-element": _of_element,
    "unknown-attribute": _of_attribute,
    "unfitting-attribute": _of_attribute,
    "bad-value": _of_value,
    "bad-text": _of_value,
    "unwanted-text": _of_text,
    "missing-attribute": _of_gap,
    "missing-element": _of_gap,
    "missing-text": _of_gap,
}


def shortened(value: str) -> str:
    """A value that may be as long as its author liked."""
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def _possible(names: Sequence[str]) -> Text | None:
    if not names:
        return None
    if len(names) <= _MOST_NAMES:
        return text("Possible here: {names}", names=", ".join(names))
    shown, more = ", ".join(names[:_MOST_NAMES]), len(names) - _MOST_NAMES
    return text("Possible here: {names} and {more} others", names=shown, more=more)
