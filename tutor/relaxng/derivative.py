"""What of a pattern is left to match after each event of a document.

The functions are those of James Clark, "An algorithm for RELAX NG validation" (2002); each answer
is remembered, since a document asks the same again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tutor.relaxng.datatypes import SPACE, collapsed
from tutor.relaxng.names import Name
from tutor.relaxng.patterns import (
    EMPTY,
    NOT_ALLOWED,
    After,
    Attribute,
    Choice,
    Data,
    Element,
    Group,
    Interleave,
    OneOrMore,
    Pattern,
    Text,
    TokenList,
    Value,
    after,
    choice,
    group,
    interleave,
    one_or_more,
    optional,
)

_remember = lru_cache(maxsize=100_000)


@_remember
def opened(pattern: Pattern, name: Name) -> Pattern:
    """After the name of a start tag."""
    if isinstance(pattern, Choice):
        return choice(opened(pattern.left, name), opened(pattern.right, name))
    if isinstance(pattern, Element):
        return after(pattern.content, EMPTY) if pattern.names.contains(name) else NOT_ALLOWED
    if isinstance(pattern, Interleave):
        left, right = pattern.left, pattern.right
        return choice(
            _behind(opened(left, name), lambda rest: interleave(rest, right)),
            _behind(opened(right, name), lambda rest: interleave(left, rest)),
        )
    if isinstance(pattern, OneOrMore):
        return _behind(opened(pattern.inner, name), lambda rest: group(rest, optional(pattern)))
    if isinstance(pattern, Group):
        left, right = pattern.left, pattern.right
        first = _behind(opened(left, name), lambda rest: group(rest, right))
        return choice(first, opened(right, name)) if left.nullable else first
    if isinstance(pattern, After):
        outer = pattern.right
        return _behind(opened(pattern.left, name), lambda rest: after(rest, outer))
    return NOT_ALLOWED


@_remember
def with_attribute(pattern: Pattern, name: Name, value: str | None) -> Pattern:
    """After an attribute of the start tag that is being read; None is as if its value were right."""
    if isinstance(pattern, After):
        return after(with_attribute(pattern.left, name, value), pattern.right)
    if isinstance(pattern, Choice):
        return choice(with_attribute(pattern.left, name, value), with_attribute(pattern.right, name, value))
    if isinstance(pattern, (Group, Interleave)):
        make = group if isinstance(pattern, Group) else interleave
        return choice(
            make(with_attribute(pattern.left, name, value), pattern.right),
            make(pattern.left, with_attribute(pattern.right, name, value)),
        )
    if isinstance(pattern, OneOrMore):
        return group(with_attribute(pattern.inner, name, value), optional(pattern))
    if isinstance(pattern, Attribute):
        right = pattern.names.contains(name) and (value is None or matches(pattern.inner, value))
        return EMPTY if right else NOT_ALLOWED
    return NOT_ALLOWED


@_remember
def closed_tag(pattern: Pattern) -> Pattern:
    """After the end of a start tag: attributes that are still wanted are missing."""
    return _without_attributes(pattern, NOT_ALLOWED, closed_tag)


@_remember
def forgiven_tag(pattern: Pattern) -> Pattern:
    """The same, but missing attributes are taken as given: how to go on behind a fault."""
    return _without_attributes(pattern, EMPTY, forgiven_tag)


def _without_attributes(pattern: Pattern, attribute: Pattern, again: Callable[[Pattern], Pattern]) -> Pattern:
    if isinstance(pattern, After):
        return after(again(pattern.left), pattern.right)
    if isinstance(pattern, Choice):
        return choice(again(pattern.left), again(pattern.right))
    if isinstance(pattern, Group):
        return group(again(pattern.left), again(pattern.right))
    if isinstance(pattern, Interleave):
        return interleave(again(pattern.left), again(pattern.right))
    if isinstance(pattern, OneOrMore):
        return one_or_more(again(pattern.inner))
    return attribute if isinstance(pattern, Attribute) else pattern


@_remember
def with_text(pattern: Pattern, content: str) -> Pattern:
    """After a run of text."""
    if isinstance(pattern, Choice):
        return choice(with_text(pattern.left, content), with_text(pattern.right, content))
    if isinstance(pattern, Interleave):
        return choice(
            interleave(with_text(pattern.left, content), pattern.right),
            interleave(pattern.left, with_text(pattern.right, content)),
        )
    if isinstance(pattern, Group):
        first = group(with_text(pattern.left, content), pattern.right)
        return choice(first, with_text(pattern.right, content)) if pattern.left.nullable else first
    if isinstance(pattern, After):
        return after(with_text(pattern.left, content), pattern.right)
    if isinstance(pattern, OneOrMore):
        return group(with_text(pattern.inner, content), optional(pattern))
    if isinstance(pattern, Text):
        return pattern
    return EMPTY if _is_value(pattern, content) else NOT_ALLOWED


def _is_value(pattern: Pattern, content: str) -> bool:
    if isinstance(pattern, Value):
        return pattern.datatype.allows(content) and pattern.datatype.same(pattern.value, content)
    if isinstance(pattern, Data):
        return pattern.datatype.allows(content) and not matches(pattern.excluded, content)
    if isinstance(pattern, TokenList):
        rest = pattern.inner
        for token in filter(None, collapsed(content).split(" ")):
            rest = with_text(rest, token)
        return rest.nullable
    return False


def matches(pattern: Pattern, content: str) -> bool:
    """Whether text alone, of an attribute or of an element without children, matches."""
    if pattern.nullable and not content.strip(SPACE):
        return True
    return with_text(pattern, content).nullable


@_remember
def ended(pattern: Pattern) -> Pattern:
    """After an end tag: what is still wanted inside is missing."""
    if isinstance(pattern, Choice):
        return choice(ended(pattern.left), ended(pattern.right))
    if isinstance(pattern, After) and pattern.left.nullable:
        return pattern.right
    return NOT_ALLOWED


@_remember
def forgiven_end(pattern: Pattern) -> Pattern:
    """The same, but what is missing is taken as given."""
    if isinstance(pattern, Choice):
        return choice(forgiven_end(pattern.left), forgiven_end(pattern.right))
    return pattern.right if isinstance(pattern, After) else NOT_ALLOWED


def _behind(pattern: Pattern, change: Callable[[Pattern], Pattern]) -> Pattern:
    """Change what stands behind the open element."""
    if isinstance(pattern, After):
        return after(pattern.left, change(pattern.right))
    if isinstance(pattern, Choice):
        return choice(_behind(pattern.left, change), _behind(pattern.right, change))
    return NOT_ALLOWED
