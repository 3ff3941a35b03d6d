"""The source text of checks as syntax trees, with the names in it resolved to functions and classes."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

from tutor.dataclass import dataclass, field

Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Source:
    """A module: its tree, and the module itself, which knows what its names stand for."""

    module: ModuleType
    tree: ast.Module

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """Functions and classes by qualified name (``Case.reaches``)."""
        return dict(_definitions(self.tree.body, ""))

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What the module's own names are set to."""
        found: dict[str, ast.expr] = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign):
                found.update({one.id: node.value for one in node.targets if isinstance(one, ast.Name)})
            elif isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
                found[node.target.id] = node.value
        return found


@dataclass(frozen=True)
class Place:
    """A function (or method) or class, and the module it stands in."""

    source: Source = field(repr=False, compare=False)
    module: str
    name: str

    @property
    def node(self) -> Definition:
        """Its tree."""
        return self.source.definitions[self.name]


class Library:
    """The modules that a check is made of: those of its own package, and this project's checks.

    :param packages: the top-level packages whose functions are followed into.
    """

    def __init__(self, *packages: str) -> None:
        self._packages = frozenset(packages)
        self._sources: dict[str, Source] = {}

    def place(self, thing: Any) -> Place | None:
        """Where a function or class is defined; None where that is none of the followed packages."""
        module = getattr(thing, "__module__", "")
        if not isinstance(module, str) or module.partition(".")[0] not in self._packages:
            return None
        source = self.source(module)
        name = getattr(thing, "__qualname__", "")
        return Place(source, module, name) if name in source.definitions else None

    def source(self, module: str) -> Source:
        """The module of that name, parsed once."""
        if module not in self._sources:
            loaded = importlib.import_module(module)
            self._sources[module] = Source(loaded, ast.parse(inspect.getsource(loaded)))
        return self._sources[module]

    def named(self, where: Place, node: ast.AST) -> Place | None:
        """The function or class that a name, or ``module.name``, stands for in the module of ``where``."""
        match node:
            case ast.Name(id=name):
                known = self._imported_inside(where, name) or getattr(where.source.module, name, None)
                return self.place(known)
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                holder = getattr(where.source.module, module, None)
                return self.place(getattr(holder, name, None)) if isinstance(holder, ModuleType) else None
        return None

    def constant(self, where: Place, name: str) -> tuple[Place, ast.expr] | None:
        """What a module's constant is set to, and where; also one that was imported."""
        for source in (where.source, *self._imported_from(where, name)):
            if name in source.constants:
                return Place(source, source.module.__name__, where.name), source.constants[name]
        return None

    def _imported_inside(self, where: Place, name: str) -> Any:
        """What a name stands for that the function itself imports; None where it does not."""
        for node in ast.walk(where.node):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for one in node.names:
                    if name == (one.asname or one.name):
                        return getattr(importlib.import_module(node.module), one.name, None)
        return None

    def _imported_from(self, where: Place, name: str) -> Iterator[Source]:
        for node in where.source.tree.body:
            if (
                isinstance(node, ast.ImportFrom)
                and node.module
                and node.module.partition(".")[0] in self._packages
                and name in [one.asname or one.name for one in node.names]
            ):
                yield self.source(node.module)


def _definitions(body: list[ast.stmt], inside: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield f"{inside}{node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node.body, f"{inside}{node.name}.")
