"""Check specs against the registered checks: their names, parameters and types."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.course.draft import LessonSource
from tutor.course.findings import Finding, nearest
from tutor.course.records import CheckSpec
from tutor.course.source import CourseSource
from tutor.course.variables import parameters
from tutor.dataclass import dataclass
from tutor.text import text


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """A parameter of a check: its type as annotated (``str``, ``list[int]``, ``str | None``)."""

    type: str
    required: bool


#: The parameters of every registered check, by its name.
KnownChecks = Mapping[str, Mapping[str, ParameterInfo]]

_PLAIN: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "list": list,
    "tuple": list,
    "Sequence": list,
    "dict": dict,
    "Mapping": dict,
    "None": type(None),
}


def check_faults(course: CourseSource, known: KnownChecks) -> Iterator[Finding]:
    """Unknown checks, unknown, missing and mistyped parameters."""
    values = {name: variable.value for name, variable in course.manifest.variables.items()}
    for lesson in course.lessons:
        for step in lesson.lesson.steps:
            for spec in step.specs:
                yield from _spec_faults(spec, lesson, known, parameters(spec.params, values))


def _spec_faults(
    spec: CheckSpec, lesson: LessonSource, known: KnownChecks, params: Mapping[str, Any]
) -> Iterator[Finding]:
    if spec.check not in known:
        near = nearest(spec.check, known, 1)
        mend = (
            text("Write {near}, if that is meant", near=near[0]) if near else text("Register it in checks/")
        )
        what = text("no check is called {check}", check=spec.check)
        yield Finding(lesson.file, lesson.lines.get(f"{spec.id}:check", spec.line), what, mend)
        return
    infos = known[spec.check]
    for name, info in infos.items():
        if info.required and name not in params:
            what = text("{check} needs the parameter {name}", check=spec.check, name=name)
            mend = text("Write {name} = and a value of the type {type}", name=name, type=info.type)
            yield Finding(lesson.file, spec.line, what, mend)
    for name, value in params.items():
        yield from _parameter_faults(spec, lesson, infos, name, value)


def _parameter_faults(
    spec: CheckSpec, lesson: LessonSource, infos: Mapping[str, ParameterInfo], name: str, value: Any
) -> Iterator[Finding]:
    line = lesson.lines.get(f"{spec.id}:{name}", spec.line)
    if name not in infos:
        what = text("{check} has no parameter {name}", check=spec.check, name=name)
        mend = text("It has {names}", names=", ".join(infos)) if infos else text("It has none: take it away")
        yield Finding(lesson.file, line, what, mend)
    elif not fits(value, infos[name].type):
        what = text("{name} of {check} is of the wrong type", check=spec.check, name=name)
        yield Finding(
            lesson.file, line, what, text("Give it a value of the type {type}", type=infos[name].type)
        )


def fits(value: Any, annotation: str) -> bool:
    """Whether a TOML value is of the annotated type; other types than TOML's are let through."""
    try:
        return _fits(value, ast.parse(annotation, mode="eval").body)
    except SyntaxError:
        return True


def _fits(value: Any, type_: ast.expr) -> bool:
    if isinstance(type_, ast.BinOp):
        return _fits(value, type_.left) or _fits(value, type_.right)
    if isinstance(type_, ast.Subscript):
        return _fits_generic(value, _name(type_.value), _arguments(type_.slice))
    plain = _PLAIN.get(_name(type_))
    if plain is None:
        return True
    # To Python a bool is an int; to an author it is not.
    return isinstance(value, plain) and (plain is bool or not isinstance(value, bool))


def _fits_generic(value: Any, name: str, arguments: list[ast.expr]) -> bool:
    if name == "Literal":
        return any(isinstance(one, ast.Constant) and one.value == value for one in arguments)
    if name == "Optional":
        return value is None or _fits(value, arguments[0])
    plain = _PLAIN.get(name)
    if plain is list:
        return isinstance(value, list) and all(_fits(item, arguments[0]) for item in value)
    if plain is dict:
        return isinstance(value, dict) and all(_fits(item, arguments[-1]) for item in value.values())
    return True


def _arguments(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _name(node: ast.expr) -> str:
    """``Sequence`` for ``Sequence``, ``typing.Sequence`` and ``"Sequence"``; ``None`` for ``None``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return str(node.value) if isinstance(node, ast.Constant) else getattr(node, "id", "")
