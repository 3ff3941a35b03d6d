"""Finding the faults of a document: at which place, of which kind, and what was wanted there."""

from __future__ import annotations

import contextlib
import time

from tutor.relaxng import derivative, expected
from tutor.relaxng.datatypes import SPACE
from tutor.relaxng.fault import Fault, Kind
from tutor.relaxng.names import Name
from tutor.relaxng.patterns import NOT_ALLOWED, Data, Pattern, choice
from tutor.relaxng.tree import Node, Place, Run

#: Faults that are looked for: the first ones explain the rest.
MAX_FAULTS = 20

#: What a document may take. Libvirt's own largest takes a fiftieth of it.
MAX_SECONDS = 20.0


class TooLongError(Exception):
    """The document takes more than MAX_SECONDS: it is made to."""


class _Enough(Exception):
    """MAX_FAULTS are found."""


def validate(root: Node, start: Pattern, seconds: float = MAX_SECONDS) -> list[Fault]:
    """The faults of a document against a schema's start pattern; empty where it is valid.

    :raises TooLongError: after ``seconds``.
    """
    walk = _Walk(time.monotonic() + seconds)
    with contextlib.suppress(_Enough):
        walk.element(start, root, ())
    return walk.faults


class _Walk:
    """Follows a document through a pattern, and goes on behind each fault."""

    def __init__(self, deadline: float) -> None:
        self.faults: list[Fault] = []
        self._deadline = deadline

    def element(self, pattern: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        """What is left of the pattern behind the element."""
        self._check_time()
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
            if len(self.faults) == before:
                self._missing(inside, node, path)
            behind = derivative.forgiven_end(inside)
        return behind

    def _start_tag(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        before, opened = len(self.faults), inside
        for index, (name, value) in enumerate(node.attributes):
            rest = derivative.with_attribute(inside, name, value)
            if rest is NOT_ALLOWED:
                self._check_time()
                self._attribute_fault(inside, opened, node, index, path)
                rest = derivative.with_attribute(inside, name, None)
            inside = inside if rest is NOT_ALLOWED else rest
        closed = derivative.closed_tag(inside)
        if closed is NOT_ALLOWED:
            if len(self.faults) == before:
                self._missing_attribute(inside, node, path)
            closed = derivative.forgiven_tag(inside)
        return closed

    def _attribute_fault(
        self, inside: Pattern, opened: Pattern, node: Node, index: int, path: tuple[str, ...]
    ) -> None:
        (name, value), place = node.attributes[index], node.place_of(index)
        allowed = expected.attributes(inside)
        if name not in allowed:
            kind: Kind = "unfitting-attribute" if name in expected.attributes(opened) else "unknown-attribute"
            wanted = _locals(set(allowed))
            self._tell(kind, place, path, name[1], value=value, wanted=wanted)
            return
        contents = allowed[name]
        values = dict.fromkeys(one for content in contents for one in expected.values(content))
        types = dict.fromkeys(one for content in contents for one in expected.datatypes(content))
        self._tell(
            "bad-value", place, path, name[1], value=value, wanted=tuple(values), datatypes=tuple(types)
        )

    def _missing_attribute(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> None:
        required = expected.required_attributes(inside)
        wanted = required or set(expected.attributes(inside))
        self._tell(
            "missing-attribute",
            node.place,
            path,
            node.name[1],
            wanted=_locals(wanted),
            required=bool(required),
        )

    def _missing(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> None:
        required = expected.required_elements(inside)
        wanted = _locals(required or expected.elements(inside))
        kind: Kind = "missing-element" if wanted else "missing-text"
        self._tell(kind, node.place, path, node.name[1], wanted=wanted, required=bool(required))

    def _content(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        if not any(isinstance(child, Node) for child in node.children):
            return self._only_text(inside, node, path)
        whole, before = inside, dict[Name, Place]()
        for child in node.children:
            if isinstance(child, Node):
                behind = self._child(inside, child, path, whole, before)
                before.setdefault(child.name, child.place)
                inside = behind
            elif not child.blank:
                inside = self._text_among(inside, child, node, path)
        return inside

    def _child(
        self, inside: Pattern, child: Node, path: tuple[str, ...], whole: Pattern, before: dict[Name, Place]
    ) -> Pattern:
        """An element among others: it may be known, and yet not fit behind those before it."""
        if derivative.opened(inside, child.name) is NOT_ALLOWED and child.name in expected.inside(whole):
            wanted, first = _locals(expected.elements(inside)), before.get(child.name)
            kind: Kind = "unfitting-element" if first is None else "repeated-element"
            line = None if first is None else str(first.line)
            self._tell(kind, child.place, path, child.name[1], value=line, wanted=wanted)
            return inside
        return self.element(inside, child, path)

    def _text_among(self, inside: Pattern, run: Run, node: Node, path: tuple[str, ...]) -> Pattern:
        rest = derivative.with_text(inside, run.text)
        if rest is NOT_ALLOWED:
            self._tell("unwanted-text", run.place, path, node.name[1], value=run.text)
            return inside
        return rest

    def _only_text(self, inside: Pattern, node: Node, path: tuple[str, ...]) -> Pattern:
        runs = [child for child in node.children if isinstance(child, Run)]
        content = "".join(run.text for run in runs)
        rest = derivative.with_text(inside, content)
        if not content.strip(SPACE):
            return choice(inside, rest)
        if rest is not NOT_ALLOWED:
            return rest
        kind: Kind = "bad-text" if expected.takes_text(inside) else "unwanted-text"
        values, types = tuple(expected.values(inside)), tuple(expected.datatypes(inside))
        self._tell(kind, runs[0].place, path, node.name[1], value=content, wanted=values, datatypes=types)
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
        required: bool = False,
    ) -> None:
        self.faults.append(Fault(kind, place, path, name, value, wanted, datatypes, required))
        if len(self.faults) >= MAX_FAULTS:
            raise _Enough

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise TooLongError


def _locals(names: set[Name]) -> tuple[str, ...]:
    """Local names in order; those of foreign namespaces would only confuse."""
    return tuple(sorted(local for namespace, local in names if not namespace))
