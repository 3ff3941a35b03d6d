"""The tool in a machine: an environment of the machine's own Python at /opt/tutor.

The dependencies are installed once per list; the checkout's wheel, on top, once per edit, in two seconds.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.sandbox import registries
from tutor.sandbox.cache import digest, in_use, locked, obtain
from tutor.sandbox.images import SUITE, Image, image, keep_output, key, recipe, run_recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Not part of what is installed, and large or changing by the minute.
_NOISE = shutil.ignore_patterns(".*", "__pycache__")
_ASIDE = {"tests", "docs", "news", "dist", "build"}


_held = contextlib.ExitStack()
atexit.register(_held.close)


@functools.cache
def application(project: Path, suite: str = SUITE) -> Path:
    """Return the directory to show a machine as /opt/tutor: the dependencies and ``project`` itself.

    It stays the same, and stays, for the whole test run, however the checkout changes meanwhile.

    :raises MachineError: a dependency or the project cannot be built; pip's last lines follow.
    """
    wanted = _requirements(project)
    builder = key("builder", suite)
    dependencies = functools.partial(_build_dependencies, wanted, suite)
    below = obtain(
        f"dependencies.{suite}", digest(builder, recipe("dependencies"), json.dumps(wanted)), dependencies
    )
    whole = functools.partial(_build_application, project, below, suite)
    built = obtain(f"tutor.{suite}", digest(below.name, recipe("tutor"), _source_digest(project)), whole)
    _held.enter_context(locked(in_use(built), fcntl.LOCK_SH))
    return built


def _requirements(project: Path) -> dict[str, list[str]]:
    """Return what pyproject.toml asks for, to run and to build (PEP 621, PEP 518)."""
    declared = tomllib.loads((project / "pyproject.toml").read_text())
    runtime = declared["project"].get("dependencies", [])
    return {"runtime": sorted(runtime), "build": sorted(declared["build-system"]["requires"])}


def _build_dependencies(wanted: dict[str, list[str]], suite: str, scratch: Path) -> None:
    """Make both environments; the binding to libvirt is compiled against the suite's own library."""
    for purpose, requirements in wanted.items():
        _exchange(scratch).joinpath(f"{purpose}.txt").write_text("\n".join(requirements))
    binds = {directory: str(directory) for directory in registries.pip_directories()}
    pip = registries.pip_environment()
    run_recipe("dependencies", image("builder", suite), scratch, binds=binds, env=pip)


def _build_application(project: Path, below: Path, suite: str, scratch: Path) -> None:
    """Build the wheel from a copy (build hooks write into the tree) and install it; nothing is downloaded."""
    shutil.copytree(project, _exchange(scratch) / "project", ignore=functools.partial(_left_out, project))
    builder = image("builder", suite)
    stack = Image("dependencies", suite, (below, *builder.layers))
    run_recipe("tutor", stack, scratch)
    keep_output(scratch)


def _exchange(scratch: Path) -> Path:
    exchange = scratch / "exchange"
    exchange.mkdir(exist_ok=True)
    return exchange


def _left_out(project: Path, directory: str, names: list[str]) -> set[str]:
    """Return those of a directory's ``names`` that the wheel is not made of."""
    return _NOISE(directory, names) | (_ASIDE if Path(directory) == project else set())


def _source_digest(project: Path) -> str:
    """Return a digest of every file the wheel may be made of."""
    total = hashlib.sha256()
    for path in _sources(project):
        total.update(f"{path.relative_to(project)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources(project: Path) -> Iterator[Path]:
    for directory, directories, files in os.walk(project):
        left_out = _left_out(project, directory, [*directories, *files])
        directories[:] = sorted(set(directories) - left_out)
        yield from (Path(directory) / name for name in sorted(set(files) - left_out))
