"""From the XML of a schema to its start pattern: includes, overriding, combining, references."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache, reduce

from tutor.dataclass import dataclass, field
from tutor.relaxng.datatypes import Datatype
from tutor.relaxng.names import AnyName, AnyOf, Exactly, NameClass
from tutor.relaxng.patterns import (
    EMPTY,
    NOT_ALLOWED,
    TEXT,
    Pattern,
    attribute,
    choice,
    data,
    element,
    group,
    interleave,
    one_or_more,
    optional,
    token_list,
    value,
)

_NS = "{http://relaxng.org/ns/structure/1.0}"
_COMBINE = {"choice": choice, "interleave": interleave}


class SchemaError(ValueError):
    """The schema cannot be used: which file, and why."""


@dataclass
class _Definition:
    """The parts of a named pattern, and how they are combined."""

    parts: list[_Node] = field(default_factory=list)
    combine: str = "choice"


@dataclass(frozen=True)
class _Node:
    """An element of the schema, with the namespace in force there, and the folder of its file."""

    xml: ET.Element
    ns: str
    folder: str

    @property
    def kind(self) -> str:
        return self.xml.tag.removeprefix(_NS)

    @property
    def children(self) -> Iterator[_Node]:
        for child in self.xml:
            if child.tag.startswith(_NS):
                yield _Node(child, child.get("ns", self.ns), self.folder)

    def get(self, name: str) -> str:
        return self.xml.get(name, "").strip()


@cache
def load(path: str) -> Pattern:
    """The start pattern of the schema file at ``path``.

    :raises SchemaError: when it, or what it includes, cannot be read.
    """
    return _Grammar().read(path)


class _Grammar:
    """The named patterns of a schema and of all that it includes."""

    def __init__(self, parent: _Grammar | None = None) -> None:
        self._parent = parent
        self._definitions: dict[str, _Definition] = {}
        self._patterns: dict[str, Pattern] = {}

    def read(self, path: str) -> Pattern:
        root = _root(path)
        return self._grammar(root) if root.kind == "grammar" else self._pattern(root)

    def _grammar(self, root: _Node) -> Pattern:
        self._collect(root, frozenset())
        return self._named("")

    def _collect(self, node: _Node, overridden: frozenset[str]) -> None:
        for child in node.children:
            if child.kind == "include":
                own = frozenset(_name(one) for one in _definitions_in(child))
                self._collect(_root(os.path.join(child.folder, child.get("href"))), overridden | own)
                self._collect(child, overridden)
            elif child.kind == "div":
                self._collect(child, overridden)
            elif child.kind in ("define", "start") and _name(child) not in overridden:
                self._define(child)

    def _define(self, node: _Node) -> None:
        definition = self._definitions.setdefault(_name(node), _Definition())
        definition.parts.append(node)
        definition.combine = node.get("combine") or definition.combine

    def _named(self, name: str) -> Pattern:
        if name not in self._patterns:
            definition = self._definitions.get(name)
            if definition is None:
                raise SchemaError(f"the schema refers to {name or 'a start'}, which it does not define")
            parts = [self._group(node) for node in definition.parts]
            self._patterns[name] = reduce(_COMBINE[definition.combine], parts)
        return self._patterns[name]

    def _group(self, node: _Node, make: Callable[[Pattern, Pattern], Pattern] = group) -> Pattern:
        patterns = [self._pattern(child) for child in node.children if child.kind not in _NAMES]
        # From the right, so that a long sequence stays shallow where it is entered.
        return reduce(lambda rest, one: make(one, rest), reversed(patterns)) if patterns else EMPTY

    def _pattern(self, node: _Node) -> Pattern:
        kind = node.kind
        if kind in ("ref", "parentRef"):
            return self._referred(node)
        if kind == "grammar":
            return _Grammar(self)._grammar(node)  # noqa: SLF001 - another of this class
        if kind in _GROUPS:
            return _GROUPS[kind](self._group(node))
        if kind in _COMBINE:
            return self._group(node, _COMBINE[kind])
        if kind == "element":
            return element(_names_of(node), lambda: self._group(node))
        if kind == "attribute":
            return attribute(
                _names_of(node, attribute=True), self._group(node) if _has_pattern(node) else TEXT
            )
        if kind == "data":
            return data(_datatype(node), self._excluded(node))
        if kind in _SIMPLE:
            return _SIMPLE[kind]
        if kind == "value":
            return value(Datatype(node.get("type") or "token"), node.xml.text or "")
        raise SchemaError(f"the schema uses <{kind}>, which is not known here")

    def _referred(self, node: _Node) -> Pattern:
        grammar = self._parent if node.kind == "parentRef" else self
        if grammar is None:
            raise SchemaError("the schema refers to a grammar around it, and there is none")
        return grammar._named(node.get("name"))  # noqa: SLF001

    def _excluded(self, node: _Node) -> Pattern:
        parts = [self._group(child, choice) for child in node.children if child.kind == "except"]
        return parts[0] if parts else NOT_ALLOWED


_SIMPLE = {"empty": EMPTY, "notAllowed": NOT_ALLOWED, "text": TEXT}
_NAMES = {"name", "anyName", "nsName", "except", "param"}
_GROUPS: dict[str, Callable[[Pattern], Pattern]] = {
    "group": lambda inner: inner,
    "optional": optional,
    "zeroOrMore": lambda inner: optional(one_or_more(inner)),
    "oneOrMore": one_or_more,
    "list": token_list,
    "mixed": lambda inner: interleave(inner, TEXT),
}


def _root(path: str) -> _Node:
    try:
        # The installed schemas, which only root can write: no hostile input.
        root = ET.parse(path).getroot()  # noqa: S314
    except (OSError, ET.ParseError) as error:
        raise SchemaError(f"{path}: {error}") from None
    return _Node(root, root.get("ns", ""), os.path.dirname(path))


def _definitions_in(node: _Node) -> Iterator[_Node]:
    for child in node.children:
        if child.kind == "div":
            yield from _definitions_in(child)
        elif child.kind in ("define", "start"):
            yield child


def _name(node: _Node) -> str:
    return node.get("name") if node.kind == "define" else ""


def _has_pattern(node: _Node) -> bool:
    return any(child.kind not in _NAMES for child in node.children)


def _names_of(node: _Node, *, attribute: bool = False) -> NameClass:
    if node.get("name"):
        # An attribute without a prefix is in no namespace, unless its own ns says so.
        return Exactly(
            (node.xml.get("ns", "") if attribute else node.ns, node.get("name").rpartition(":")[2])
        )
    return _name_class(next(child for child in node.children if child.kind in (*_NAMES, "choice")))


def _name_class(node: _Node) -> NameClass:
    if node.kind == "name":
        return Exactly((node.ns, (node.xml.text or "").strip()))
    if node.kind == "choice":
        return reduce(AnyOf, (_name_class(child) for child in node.children))
    excluded = [
        _name_class(one) for child in node.children if child.kind == "except" for one in child.children
    ]
    namespace = node.ns if node.kind == "nsName" else None
    return AnyName(namespace, reduce(AnyOf, excluded) if excluded else None)


def _datatype(node: _Node) -> Datatype:
    facets = [(child.get("name"), child.xml.text or "") for child in node.children if child.kind == "param"]
    return Datatype(node.get("type"), tuple(facets))
