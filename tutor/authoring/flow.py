"""Which texts can flow into an expression of a check's source: every branch, every call, no order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain

from tutor.authoring.sources import Library, Place
from tutor.authoring.syntax import argument, bindings, fields, inside, parameter, parts, results

#: What a code looks like. Other texts (a format, a state) that flow beside codes are none.
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: What hands on the elements, or the value, that it is given.
_TRANSPARENT = frozenset(
    {"str", "next", "min", "max", "sorted", "tuple", "list", "reversed", "iter", "filter"}
)
#: Attributes of what a source says when it does not answer: any check can meet that.
_OF_SOURCES = frozenset({"reason"})


class Unfollowed(Exception):
    """A code comes from an expression that cannot be followed to the texts it may be."""

    def __init__(self, place: Place, node: ast.AST) -> None:
        line = getattr(node, "lineno", 0)
        super().__init__(
            f"{place.module}:{line}: a code comes from {ast.unparse(node)}, which is not followed"
        )


class Flow:
    """The functions and classes that a check can reach, and what flows between them.

    :param start: the check function.
    """

    def __init__(self, library: Library, start: Place) -> None:
        self._library = library
        self.places = tuple(_reachable(library, start))
        self._under_way: set[tuple[int, int | None]] = set()

    def texts(self, place: Place, node: ast.expr | None, index: int | None = None) -> set[str]:
        """The texts that ``node``, or its element ``index``, may be.

        :raises Unfollowed: where that cannot be told.
        """
        key = (id(node), index)
        if node is None or key in self._under_way:
            return set()
        self._under_way.add(key)
        try:
            return self._texts(place, node, index)
        finally:
            self._under_way.discard(key)

    def _texts(self, place: Place, node: ast.expr, index: int | None) -> set[str]:
        match node:
            case ast.Constant():
                value = node.value
                return {value} if isinstance(value, str) and _KEBAB.fullmatch(value) else set()
            case ast.Compare():
                return set()
            case ast.IfExp() if (keys := self._one_of(place, node)) is not None:
                return self._union(place, [*keys, node.orelse], index)
            case ast.Tuple() if index is not None and index < len(node.elts):
                return self.texts(place, node.elts[index])
            case ast.Name():
                return self._named(place, node, index)
            case ast.Attribute():
                return self._attribute(place, node, index)
            case ast.Call():
                return self._called(place, node, index)
            case ast.Subscript():
                inner = node.slice.value if isinstance(node.slice, ast.Constant) else None
                return self.texts(place, node.value, inner if isinstance(inner, int) else index)
        found = parts(node)
        if found is None:
            raise Unfollowed(place, node)
        return self._union(place, found, index)

    def _one_of(self, place: Place, node: ast.IfExp) -> list[ast.expr] | None:
        """Of ``x if x in KNOWN else ...``, where KNOWN is the module's: what is in it."""
        match node.test:
            case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.Name(id=name)]):
                constant = self._library.constant(place, name)
                if constant is not None and ast.dump(left) == ast.dump(node.body):
                    known = constant[1]
                    return [key for key in known.keys if key] if isinstance(known, ast.Dict) else [known]
        return None

    def _union(self, place: Place, nodes: Iterator[ast.expr] | list[ast.expr], index: int | None) -> set[str]:
        return set(chain.from_iterable(self.texts(place, node, index) for node in nodes))

    def _named(self, place: Place, node: ast.Name, index: int | None) -> set[str]:
        found: set[str] = set()
        bound = False
        for value, at in bindings(place.node, node.id):
            bound = True
            found |= self.texts(place, value, index if at is None else at)
        if (position := parameter(place.node, node.id, method="." in place.name)) is not None:
            bound = True
            for caller, value, at in self._arguments(place, position, node.id):
                found |= self.texts(caller, value, index if at is None else at)
        if bound:
            return found
        constant = self._library.constant(place, node.id)
        if constant is None:
            raise Unfollowed(place, node)
        return self.texts(*constant, index)

    def _called(self, place: Place, node: ast.Call, index: int | None) -> set[str]:
        given = self._given_functions(place, node, index)
        target = self._library.named(place, node.func)
        if target is not None:
            return given | self._returned(target, index)
        if isinstance(node.func, ast.Name):
            if node.func.id in _TRANSPARENT:
                return self._union(place, node.args, index)
            if parameter(place.node, node.func.id, method="." in place.name) is not None:
                return set()  # what it was given is counted where it was given
        elif isinstance(node.func, ast.Attribute):
            if node.func.attr == "get":
                return self._union(place, [node.func.value, *node.args[1:]], index)
            if methods := self._methods(node.func.attr):
                return given.union(*(self._returned(one, index) for one in methods))
        raise Unfollowed(place, node)

    def _given_functions(self, place: Place, node: ast.Call, index: int | None) -> set[str]:
        """What the functions give back that are handed to a call: it may hand their results on."""
        found: set[str] = set()
        for value in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(value, ast.Lambda):
                found |= self.texts(place, value.body, index)
            elif (function := self._library.named(place, value)) is not None:
                found |= self._returned(function, index)
        return found

    def _returned(self, target: Place, index: int | None) -> set[str]:
        if isinstance(target.node, ast.ClassDef):
            return set()  # an object is no text; its fields are looked at where they are read
        return self._union(target, list(results(target.node)), index)

    def _attribute(self, place: Place, node: ast.Attribute, index: int | None) -> set[str]:
        if node.attr in _OF_SOURCES:
            return set()
        found: set[str] = set()
        known = False
        for method in self._methods(node.attr):
            known = True
            found |= self._returned(method, index)
        for holder in self.places:
            if isinstance(holder.node, ast.ClassDef) and node.attr in (named := fields(holder.node)):
                known = True
                found |= self.texts(holder, named[node.attr], index)
                position = list(named).index(node.attr)
                given = chain(self._arguments(holder, position, node.attr), self._replaced(node.attr))
                for caller, value, at in given:
                    found |= self.texts(caller, value, index if at is None else at)
        if not known:
            raise Unfollowed(place, node)
        return found

    def _methods(self, name: str) -> list[Place]:
        return [one for one in self.places if one.name.endswith(f".{name}")]

    def _arguments(
        self, target: Place, position: int, name: str
    ) -> Iterator[tuple[Place, ast.expr, int | None]]:
        """What callers give for a parameter: the expression, or an element of a starred one."""
        for caller in self.places:
            for node in inside(caller.node):
                if isinstance(node, ast.Call) and self._calls(caller, node, target):
                    yield from ((caller, value, at) for value, at in argument(node, position, name))

    def _replaced(self, name: str) -> Iterator[tuple[Place, ast.expr, None]]:
        """What a field is set to by ``dataclasses.replace``."""
        for caller in self.places:
            for node in inside(caller.node):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("replace"):
                    yield from ((caller, one.value, None) for one in node.keywords if one.arg == name)

    def _calls(self, caller: Place, node: ast.Call, target: Place) -> bool:
        if (called := self._library.named(caller, node.func)) is not None:
            return called == target
        return isinstance(node.func, ast.Attribute) and target.name.endswith(f".{node.func.attr}")


def _reachable(library: Library, start: Place) -> Iterator[Place]:
    """The start, and every function and class that a reachable one names; of a class, all its methods."""
    waiting, seen = [start], {start}
    while waiting:
        place = waiting.pop()
        yield place
        found = [library.named(place, one) for one in inside(place.node)]
        if isinstance(place.node, ast.ClassDef):
            inner = [name for name in place.source.definitions if name.startswith(f"{place.name}.")]
            found += [Place(place.source, place.module, name) for name in inner]
        for one in found:
            if one is not None and one not in seen:
                seen.add(one)
                waiting.append(one)
