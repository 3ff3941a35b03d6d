"""What stands where in Python's syntax trees: the parts that a flow of values goes through."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def inside(node: ast.FunctionDef | ast.ClassDef) -> Iterator[ast.AST]:
    """All that runs when it is called: not its decorators."""
    for statement in node.body:
        yield from ast.walk(statement)


def parts(node: ast.expr) -> list[ast.expr] | None:
    """The expressions that this one may be, or that it holds; None where that cannot be told."""
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
    return None


def bindings(node: ast.AST, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    """What a function sets a name to: the expression, or the element of it."""
    for one in ast.walk(node):
        if isinstance(one, ast.Assign):
            for target in one.targets:
                yield from _bound(target, one.value, name)
        elif isinstance(one, ast.AnnAssign | ast.NamedExpr) and one.value is not None:
            yield from _bound(one.target, one.value, name)
        elif isinstance(one, ast.For | ast.comprehension):
            for element in one.iter.elts if isinstance(one.iter, ast.Tuple | ast.List) else [one.iter]:
                yield from _bound(one.target, element, name)


def _bound(target: ast.expr, value: ast.expr, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value, None
    elif isinstance(target, ast.Tuple):
        for index, one in enumerate(target.elts):
            if isinstance(one, ast.Name) and one.id == name:
                yield value, index


def parameter(node: ast.AST, name: str, *, method: bool) -> int | None:
    """The position of a parameter as a caller counts; past all, where it is given by name alone."""
    if not isinstance(node, ast.FunctionDef):
        return None
    args = node.args
    names = [one.arg for one in (*args.posonlyargs, *args.args)]
    if method and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    names += [one.arg for one in args.kwonlyargs]
    return names.index(name) if name in names else None


def argument(call: ast.Call, position: int, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    """What a call gives for a parameter: the expression, or the element of a starred one."""
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


def results(node: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a function gives back, or yields."""
    for one in inside(node):
        if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom) and one.value is not None:
            yield one.value


def fields(node: ast.ClassDef) -> dict[str, ast.expr | None]:
    """The fields of a dataclass, in their order, and what they are by default."""
    return {
        one.target.id: one.value
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }
