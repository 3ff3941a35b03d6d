"""Which texts can flow into an expression of a check's source: every branch, every call, no order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain

from tutor.authoring.sources import Library, Place

#: What a code looks like. Other texts (a format, a state) that flow beside codes are none.
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: What hands on the elements, or the value, that it is given.
_TRANSPARENT = frozenset({"str", "next", "min", "max", "sorted", "tuple", "list", "reversed", "iter", "filter"})
#: Attributes of what a source says when it does not answer: any check can meet that.
_OF_SOURCES = frozenset({"reason"})


class Unfollowed(Exception):
    """A code comes from an expression that cannot be followed to the texts it may be."""

    def __init__(self, place: Place, node: ast.AST) -> None:
        line = getattr(node, "lineno", 0)
        super().__init__(f"{place.module}:{line}: a code comes from {ast.unparse(node)}, which is not followed")


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
        return self._union(place, _parts(place, node), index)

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
        for value, at in _bindings(place.node, node.id):
            bound = True
            found |= self.texts(place, value, index if at is None else at)
        if (position := _parameter(place, node.id)) is not None:
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
            if _parameter(place, node.func.id) is not None:
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
        return self._union(target, list(_results(target.node)), index)

    def _attribute(self, place: Place, node: ast.Attribute, index: int | None) -> set[str]:
        if node.attr in _OF_SOURCES:
            return set()
        found: set[str] = set()
        known = False
        for method in self._methods(node.attr):
            known = True
            found |= self._returned(method, index)
        for holder in self.places:
            if isinstance(holder.node, ast.ClassDef) and node.attr in (fields := _fields(holder.node)):
                known = True
                found |= self.texts(holder, fields[node.attr], index)
                position = list(fields).index(node.attr)
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
            for node in _inside(caller.node):
                if isinstance(node, ast.Call) and self._calls(caller, node, target):
                    yield from ((caller, value, at) for value, at in _argument(node, position, name))

    def _replaced(self, name: str) -> Iterator[tuple[Place, ast.expr, None]]:
        """What a field is set to by ``dataclasses.replace``."""
        for caller in self.places:
            for node in _inside(caller.node):
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
        found = [library.named(place, one) for one in _inside(place.node)]
        if isinstance(place.node, ast.ClassDef):
            inner = [name for name in place.source.definitions if name.startswith(f"{place.name}.")]
            found += [Place(place.source, place.module, name) for name in inner]
        for one in found:
            if one is not None and one not in seen:
                seen.add(one)
                waiting.append(one)


def _inside(node: ast.FunctionDef | ast.ClassDef) -> Iterator[ast.AST]:
    """All that runs when it is called: not its decorators."""
    for statement in node.body:
        yield from ast.walk(statement)


def _parts(place: Place, node: ast.expr) -> list[ast.expr]:
    """The expressions that this one may be, or that it holds."""
    match node:
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BoolOp():
            return node.values
        case ast.NamedExpr() | ast.Starred():
            return [node.value]
        case ast.Tuple() | ast.List() | ast.Set():
            return node.elts
        case ast.Dict():
            return node.values
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return [node.elt]
        case ast.Lambda():
            return [node.body]
    raise Unfollowed(place, node)


def _bindings(node: ast.AST, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    """What a function sets a name to: the expression, or the element of it."""
    for one in ast.walk(node):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(one, ast.Assign):
            pairs = [(target, one.value) for target in one.targets]
        elif isinstance(one, ast.AnnAssign) and one.value is not None:
            pairs = [(one.target, one.value)]
        elif isinstance(one, ast.NamedExpr):
            pairs = [(one.target, one.value)]
        elif isinstance(one, ast.For | ast.comprehension):
            elements = one.iter.elts if isinstance(one.iter, ast.Tuple | ast.List) else [one.iter]
            pairs = [(one.target, element) for element in elements]
        for target, value in pairs:
            yield from _bound(target, value, name)


def _bound(target: ast.expr, value: ast.expr, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value, None
    elif isinstance(target, ast.Tuple):
        for index, one in enumerate(target.elts):
            if isinstance(one, ast.Name) and one.id == name:
                yield value, index


def _parameter(place: Place, name: str) -> int | None:
    """The position of a parameter as a caller counts; past all, where it is given by name alone."""
    if not isinstance(place.node, ast.FunctionDef):
        return None
    args = place.node.args
    names = [one.arg for one in (*args.posonlyargs, *args.args)]
    if "." in place.name and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    names += [one.arg for one in args.kwonlyargs]
    return names.index(name) if name in names else None


def _argument(call: ast.Call, position: int, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    for keyword in call.keywords:
        if keyword.arg == name:
            yield keyword.value, None
    for index, value in enumerate(call.args):
        if isinstance(value, ast.Starred):
            if position >= index:
                yield value.value, position - index
            return
        if index == position:
            yield value, None


def _results(node: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a function gives back, or yields."""
    for one in _inside(node):
        if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom) and one.value is not None:
            yield one.value


def _fields(node: ast.ClassDef) -> dict[str, ast.expr | None]:
    """The fields of a dataclass, in their order, and what they are by default."""
    return {
        one.target.id: one.value
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }
