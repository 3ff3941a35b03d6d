"""The patterns of simplified RELAX NG, each built once, so that derivatives can be remembered.

Constructors simplify as they go (``notAllowed`` is absorbed, ``empty`` disappears): without that,
derivatives of libvirt's large interleaves would grow without bound.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from tutor.relaxng.datatypes import Datatype
from tutor.relaxng.names import NameClass

P = TypeVar("P", bound="Pattern")


class Pattern:
    """A pattern. ``nullable`` is whether it matches nothing at all."""

    __slots__ = ("nullable",)
    nullable: bool


class Empty(Pattern):
    """Matches nothing, and wants nothing."""

    __slots__ = ()


class NotAllowed(Pattern):
    """Matches never."""

    __slots__ = ()


class Text(Pattern):
    """Matches any text."""

    __slots__ = ()


class Pair(Pattern):
    """Two patterns."""

    __slots__ = ("left", "right")

    def __init__(self, left: Pattern, right: Pattern) -> None:
        self.left = left
        self.right = right


class Choice(Pair):
    """One or the other."""

    __slots__ = ()


class Group(Pair):
    """One, then the other."""

    __slots__ = ()


class Interleave(Pair):
    """Both, in any order."""

    __slots__ = ()


class After(Pair):
    """The left inside an element that is open, the right behind it."""

    __slots__ = ()


class OneOrMore(Pattern):
    """One or more of the same."""

    __slots__ = ("inner",)

    def __init__(self, inner: Pattern) -> None:
        self.inner = inner


class TokenList(Pattern):
    """Tokens with white space between."""

    __slots__ = ("inner",)

    def __init__(self, inner: Pattern) -> None:
        self.inner = inner


class Value(Pattern):
    """One value of a datatype."""

    __slots__ = ("datatype", "value")

    def __init__(self, datatype: Datatype, value: str) -> None:
        self.datatype = datatype
        self.value = value


class Data(Pattern):
    """Any value of a datatype, but for those that ``excluded`` matches."""

    __slots__ = ("datatype", "excluded")

    def __init__(self, datatype: Datatype, excluded: Pattern) -> None:
        self.datatype = datatype
        self.excluded = excluded


class Attribute(Pattern):
    """An attribute."""

    __slots__ = ("inner", "names")

    def __init__(self, names: NameClass, inner: Pattern) -> None:
        self.names = names
        self.inner = inner


class Element(Pattern):
    """An element; its content is built when it is first needed, because grammars are recursive."""

    __slots__ = ("_content", "_make", "names")

    def __init__(self, names: NameClass, make: Callable[[], Pattern]) -> None:
        self.names = names
        self._make = make
        self._content: Pattern | None = None

    @property
    def content(self) -> Pattern:
        """What may stand in the element, attributes included."""
        if self._content is None:
            self._content = self._make()
        return self._content


_built: dict[Hashable, Pattern] = {}


def _once(kind: type[P], nullable: bool, *parts: Any) -> P:
    key = (kind, *(id(part) if isinstance(part, Pattern) else part for part in parts))
    found = _built.get(key)
    if found is None:
        found = kind(*parts)
        found.nullable = nullable
        _built[key] = found
    return found  # type: ignore[return-value]


EMPTY = _once(Empty, True)
NOT_ALLOWED = _once(NotAllowed, False)
TEXT = _once(Text, True)


def choice(left: Pattern, right: Pattern) -> Pattern:
    """One or the other."""
    if left is NOT_ALLOWED or left is right:
        return right
    if right is NOT_ALLOWED:
        return left
    if left is EMPTY and right.nullable:
        return right
    if right is EMPTY and left.nullable:
        return left
    if isinstance(right, Choice) and (right.left is left or right.right is left):
        return right
    return _once(Choice, left.nullable or right.nullable, left, right)


def group(left: Pattern, right: Pattern) -> Pattern:
    """One, then the other."""
    if left is NOT_ALLOWED or right is NOT_ALLOWED:
        return NOT_ALLOWED
    if left is EMPTY:
        return right
    if right is EMPTY:
        return left
    return _once(Group, left.nullable and right.nullable, left, right)


def interleave(left: Pattern, right: Pattern) -> Pattern:
    """Both, in any order."""
    if left is NOT_ALLOWED or right is NOT_ALLOWED:
        return NOT_ALLOWED
    if left is EMPTY:
        return right
    if right is EMPTY:
        return left
    return _once(Interleave, left.nullable and right.nullable, left, right)


def after(left: Pattern, right: Pattern) -> Pattern:
    """Inside, then behind."""
    if left is NOT_ALLOWED or right is NOT_ALLOWED:
        return NOT_ALLOWED
    return _once(After, False, left, right)


def one_or_more(inner: Pattern) -> Pattern:
    """One or more of the same."""
    if inner is NOT_ALLOWED or inner is EMPTY or isinstance(inner, OneOrMore):
        return inner
    return _once(OneOrMore, inner.nullable, inner)


def optional(inner: Pattern) -> Pattern:
    """One, or none."""
    return choice(inner, EMPTY)


def attribute(names: NameClass, inner: Pattern) -> Pattern:
    """An attribute."""
    return NOT_ALLOWED if inner is NOT_ALLOWED else _once(Attribute, False, names, inner)


def token_list(inner: Pattern) -> Pattern:
    """Tokens with white space between."""
    return _once(TokenList, False, inner)


def value(datatype: Datatype, content: str) -> Pattern:
    """One value of a datatype."""
    return _once(Value, False, datatype, content)


def data(datatype: Datatype, excluded: Pattern = NOT_ALLOWED) -> Pattern:
    """Any value of a datatype, but for the excluded."""
    return _once(Data, False, datatype, excluded)


def element(names: NameClass, make: Callable[[], Pattern]) -> Pattern:
    """An element. Each is its own: two of the same name may have different content."""
    made = Element(names, make)
    made.nullable = False
    return made
