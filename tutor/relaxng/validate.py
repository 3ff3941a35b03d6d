"""The faults of a document: at which place, of which kind, and what was wanted there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tutor.relaxng import derivative, expected
from tutor.relaxng.document import Node, Place
from tutor.relaxng.names import Name
from tutor.relaxng.patterns import NOT_ALLOWED, Data, Pattern, choice

Kind = Literal[
    "unknown-element",
    "unknown-attribute",
    "bad-value",
    "bad-text",
    "unwanted-text",
    "missing-attribute",
    "missing-element",
]

#: Faults that are looked for: the first ones explain the rest.
MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    ``element`` is where it is, as the path of names from the root; ``name`` what is wrong or
    missing; ``wanted`` names or values that could stand there; ``datatypes`` what else could.
    """

    kind: Kind
    place: Place
    element: tuple[str, ...]
    name: str
    value: str | None = None
    wanted: tuple[str, ...] = ()
    datatypes: tuple[Data, ...] = ()


def validate(root: Node, start: Pattern) -> list[Fault]:
    """The faults of a document against a schema's start pattern; empty where it is valid."""
    walk = _Walk()
    walk.element(start, root, ())
    return walk.faults[:MAX_FAULTS]


class _Walk:
    """Follows a document through a pattern, and goes on behind each fault."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def element(self, pattern: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        """What is left of the pattern behind the element."""
        inside = derivative.opened(pattern, node.name)
        if inside is NOT_ALLOWED:
            wanted = _locals(expected.elements(pattern))
            self._tell("unknown-element", node.place, path, node.name[1], wanted=wanted)
            return pattern
        path, before = (*path, node.name[1]), len(self.faults)
        inside = self._start_tag(inside, node, path)
        inside = self._content(inside, node, path)
        behind = derivative.ended(inside)
        if behind is NOT_ALLOWED:
            # Behind another fault in the same element, what is missing is only its consequence.
            if not any(fault.element[: len(path)] == path for fault in self.faults[before:]):
                missing = expected.required_elements(inside) or expected.elements(inside)
                self._tell("missing-element", node.place, path, node.name[1], wanted=_locals(missing))
            behind = derivative.forgiven_end(inside)
        return behind

    def _start_tag(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        before = len(self.faults)
        for index, (name, value) in enumerate(node.attributes):
            rest = derivative.with_attribute(inside, name, value)
            if rest is NOT_ALLOWED:
                place = node.places[index] if index < len(node.places) else node.place
                self._attribute_fault(inside, place, path, name, value)
                rest = self._as_if_right(inside, name)
            inside = rest
        closed = derivative.closed_tag(inside)
        if closed is NOT_ALLOWED:
            if len(self.faults) == before:
                wanted = expected.required_attributes(inside) or set(expected.attributes(inside))
                self._tell("missing-attribute", node.place, path, node.name[1], wanted=_locals(wanted))
            closed = derivative.forgiven_tag(inside)
        return closed

    def _attribute_fault(
        self, inside: Pattern, place: Place, path: tuple[str, ...], name: Name, value: str
    ) -> None:
        allowed = expected.attributes(inside)
        if name not in allowed:
            self._tell("unknown-attribute", place, path, name[1], value=value, wanted=_locals(set(allowed)))
            return
        contents = allowed[name]
        wanted = dict.fromkeys(one for content in contents for one in expected.values(content))
        types = dict.fromkeys(one for content in contents for one in expected.datatypes(content))
        self._tell(
            "bad-value", place, path, name[1], value=value, wanted=tuple(wanted), datatypes=tuple(types)
        )

    @staticmethod
    def _as_if_right(inside: Pattern, name: Name) -> Pattern:
        """Behind a bad value: as if any of the allowed ones had been there."""
        rest: Pattern = NOT_ALLOWED
        for content in expected.attributes(inside).get(name, []):
            for value in expected.values(content):
                rest = choice(rest, derivative.with_attribute(inside, name, value))
        return inside if rest is NOT_ALLOWED else rest

    def _content(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        alone = not any(isinstance(child, Node) for child in node.children)
        if alone:
            return self._only_text(inside, node, path)
        for child in node.children:
            if isinstance(child, Node):
                inside = self.element(inside, child, path)
            elif child[0].strip():
                rest = derivative.with_text(inside, child[0])
                if rest is NOT_ALLOWED:
                    self._tell("unwanted-text", child[1], path, node.name[1], value=child[0].strip())
                    rest = inside
                inside = rest
        return inside

    def _only_text(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        content = "".join(child[0] for child in node.children if isinstance(child, tuple))
        rest = derivative.with_text(inside, content)
        if not content.strip():
            return choice(inside, rest)
        if rest is not NOT_ALLOWED:
            return rest
        # The place of the text itself, not of the line break before it.
        place = node.place
        kind: Kind = "bad-text" if expected.takes_text(inside) else "unwanted-text"
        wanted, types = tuple(expected.values(inside)), tuple(expected.datatypes(inside))
        self._tell(kind, place, path, node.name[1], value=content.strip(), wanted=wanted, datatypes=types)
        return inside

    def _tell(
        self,
        kind: Kind,
        place: Place,
        path: tuple[str, ...],
        name: str,
        *,
        value: str | None = None,
        wanted: tuple[str, ...] = (),
        datatypes: tuple[Data, ...] = (),
    ) -> None:
        self.faults.append(Fault(kind, place, path, name, value, wanted, datatypes))


def _locals(names: set[Name]) -> tuple[str, ...]:
    """Local names in order; those of foreign namespaces would only confuse."""
    return tuple(sorted(local for namespace, local in names if not namespace))
