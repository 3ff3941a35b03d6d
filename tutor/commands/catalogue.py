"""The check functions that a course names: this project's own, and those of entry points."""

from __future__ import annotations

import importlib
import os
import sys

from checks import LATER, MODULES
from tutor.course.records import Course
from tutor.errors import CourseError
from tutor.grading.registry import REGISTRY, DuplicateCheck, Registry
from tutor.language import add_catalogue
from tutor.text import text

#: The group under which a distribution names its modules of checks.
ENTRY_POINTS = "tutor.checks"


def first_checks() -> Registry:
    """Those that are soon loaded: what they ask for can be sought while :func:`checks_for` loads the others.

    :raises CourseError: when two modules want the same name.
    """
    _load(tuple(module for module in MODULES if module not in LATER))
    return REGISTRY


def checks_for(course: Course) -> Registry:
    """Every check that the course names, as far as any installed distribution has it.

    Entry points are read only where the course names a check that is not this project's own,
    because looking them up costs more than all of a course's files.

    :raises CourseError: when two modules want the same name.
    """
    _load(MODULES)
    if any(REGISTRY.get(spec.check) is None for spec in course.specs):
        _load_third_party()
    return REGISTRY


def all_checks() -> Registry:
    """Every check that is installed, for the lint and the reference."""
    _load(MODULES)
    _load_third_party()
    return REGISTRY


def _load_third_party() -> None:
    modules = _third_party()
    _load(modules)
    for package in dict.fromkeys(module.partition(".")[0] for module in modules):
        # What it is made of lies beside it; a package of several folders has no such place.
        if file := sys.modules[package].__file__:
            add_catalogue(os.path.join(os.path.dirname(file), "locale"), package)


def _third_party() -> tuple[str, ...]:
    from importlib.metadata import entry_points

    return tuple(sorted(entry.module for entry in entry_points(group=ENTRY_POINTS)))


def _load(modules: tuple[str, ...]) -> None:
    for module in modules:
        _load_one(module)


def _load_one(module: str) -> None:
    try:
        importlib.import_module(module)
    except DuplicateCheck as error:
        first, second = error.modules
        what = text(
            "two checks are called {name}: {first} and {second}", name=error.name, first=first, second=second
        )
        raise CourseError(what, text("Rename one of them, or remove its package.")) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - loading another's module may end in anything
        raise CourseError(
            text("the checks of {module} cannot be loaded: {error}", module=module, error=repr(error)),
            text("Mend or remove the package that brings them."),
        ) from None
