"""What could have stood where a document went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from tutor.relaxng.names import Name, listed
from tutor.relaxng.patterns import (
    After,
    Attribute,
    Choice,
    Data,
    Element,
    Group,
    Interleave,
    OneOrMore,
    Pair,
    Pattern,
    Text,
    Value,
)

P = TypeVar("P", bound=Pattern)


def elements(pattern: Pattern) -> set[Name]:
    """The elements that may begin here."""
    return {name for one in _first(pattern, Element) for name in listed(one.names)}


def inside(pattern: Pattern) -> set[Name]:
    """The elements that may stand anywhere in what is left of the open element."""
    return {name for one in _anywhere(pattern) for name in listed(one.names)}


def attributes(pattern: Pattern) -> dict[Name, list[Pattern]]:
    """The attributes that the open start tag may still have, with what each may contain."""
    found: dict[Name, list[Pattern]] = {}
    # Attributes have no order: those behind a group's left part count as well.
    for one in _first(pattern, Attribute):
        for name in listed(one.names):
            found.setdefault(name, []).append(one.inner)
    return found


def required_elements(pattern: Pattern) -> set[Name]:
    """The elements without which the open element cannot end."""
    return _required(pattern, Element)


def required_attributes(pattern: Pattern) -> set[Name]:
    """The attributes without which the start tag cannot end."""
    return _required(pattern, Attribute)


def values(pattern: Pattern) -> list[str]:
    """The values that a pattern spells out, in the schema's order."""
    return list(dict.fromkeys(one.value.strip() for one in _first(pattern, Value)))


def datatypes(pattern: Pattern) -> list[Data]:
    """The datatypes that a pattern allows besides its spelled-out values."""
    return list(_first(pattern, Data))


def takes_text(pattern: Pattern) -> bool:
    """Whether text of any kind may stand here."""
    return any(_has(pattern, kind) for kind in (Text, Data, Value))


def _has(pattern: Pattern, kind: type[Pattern]) -> bool:
    return next(_first(pattern, kind), None) is not None


def _required(pattern: Pattern, kind: type[Element | Attribute]) -> set[Name]:
    if isinstance(pattern, kind):
        return set(listed(pattern.names))
    if isinstance(pattern, Choice):
        return _required(pattern.left, kind) & _required(pattern.right, kind)
    if isinstance(pattern, (Group, Interleave)):
        return _required(pattern.left, kind) | _required(pattern.right, kind)
    if isinstance(pattern, OneOrMore):
        return _required(pattern.inner, kind)
    return _required(pattern.left, kind) if isinstance(pattern, After) else set()


def _anywhere(pattern: Pattern, seen: set[int] | None = None) -> Iterator[Element]:
    seen = set() if seen is None else seen
    if id(pattern) in seen:
        return
    seen.add(id(pattern))
    if isinstance(pattern, Element):
        yield pattern
    elif isinstance(pattern, After):
        yield from _anywhere(pattern.left, seen)
    elif isinstance(pattern, Pair):
        yield from _anywhere(pattern.left, seen)
        yield from _anywhere(pattern.right, seen)
    elif isinstance(pattern, OneOrMore):
        yield from _anywhere(pattern.inner, seen)


def _first(pattern: Pattern, kind: type[P], seen: set[int] | None = None) -> Iterator[P]:
    """The parts of a kind that could match next."""
    seen = set() if seen is None else seen
    if id(pattern) in seen:
        return
    seen.add(id(pattern))
    if isinstance(pattern, kind):
        yield pattern
    elif isinstance(pattern, (Choice, Interleave)):
        yield from _first(pattern.left, kind, seen)
        yield from _first(pattern.right, kind, seen)
    elif isinstance(pattern, Group):
        yield from _first(pattern.left, kind, seen)
        if pattern.left.nullable or kind is Attribute:
            yield from _first(pattern.right, kind, seen)
    elif isinstance(pattern, OneOrMore):
        yield from _first(pattern.inner, kind, seen)
    elif isinstance(pattern, After):
        yield from _first(pattern.left, kind, seen)
