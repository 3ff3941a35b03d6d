"""The reference of checks: what each expects, takes and answers, all of it read from the code."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from typing import Any

from tutor.authoring.codes import Code, told_codes
from tutor.dataclass import dataclass
from tutor.grading.registry import Check
from tutor.text import Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of a check spec. ``type`` is as annotated; ``default`` is None too where it is required."""

    name: str
    type: str
    required: bool
    default: Any = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A check: its sentence with the parameters' names in braces, and what more its docstring says.

    ``module`` is where it is defined, ``about`` what that module says it is for; ``codes`` is None where they
    cannot be told from the code.
    """

    name: str
    module: str
    about: str
    sentence: Text
    detail: str
    parameters: tuple[Parameter, ...]
    codes: tuple[Code, ...] | None


def reference(checks: Iterable[Check]) -> tuple[Entry, ...]:
    """An entry for each check, by module and name."""
    return tuple(sorted(map(entry, checks), key=lambda one: (one.module, one.name)))


def entry(check: Check) -> Entry:
    """What is known of a check."""
    first, _, rest = inspect.cleandoc(check.function.__doc__ or check.name).partition("\n")
    module = check.function.__module__
    about, _, _ = inspect.cleandoc(sys.modules[module].__doc__ or "").partition("\n")
    return Entry(
        check.name,
        module,
        about,
        Text(first),
        rest.strip(),
        tuple(_parameters(check)),
        told_codes(check),
    )


def _parameters(check: Check) -> Iterable[Parameter]:
    defaults = check.function.__kwdefaults__ or {}
    for name, type_, required in check.parameters:
        yield Parameter(name, type_, required, defaults.get(name))
