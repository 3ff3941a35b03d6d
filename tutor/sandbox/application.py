"""The tool in a machine: an environment of the machine's own Python at /opt/tutor.

The dependencies are installed once per list; the tool itself, on top, once per edit, in two seconds.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import json
from pathlib import Path

from tutor.sandbox import registries
from tutor.sandbox.building import keep_output, recipe, run_recipe
from tutor.sandbox.cache import cache_directory, digest, in_use, locked, obtain
from tutor.sandbox.images import SUITE, Tell, image, key, quiet
from tutor.sandbox.sources import Source

_held = contextlib.ExitStack()
atexit.register(_held.close)


@functools.cache
def application(source: Source, suite: str = SUITE, tell: Tell = quiet) -> Path:
    """Return the directory to show a machine as /opt/tutor: the dependencies and the tool itself.

    It stays the same, and stays, as long as this process, however the source changes meanwhile.

    :param tell: is told what has to be built, ``dependencies`` and ``tutor``, before it is.
    :raises MachineError: a dependency or the tool cannot be built; pip's last lines follow.
    """
    wanted, dependencies_key, key_ = _keys(source, suite)
    dependencies = functools.partial(_build_dependencies, wanted, suite, tell)
    below = obtain(f"dependencies.{suite}", dependencies_key, dependencies)
    whole = functools.partial(_build_application, source, below, suite, tell)
    built = obtain(f"tutor.{suite}", key_, whole)
    _held.enter_context(locked(in_use(built), fcntl.LOCK_SH))
    return built


def missing(source: Source, suite: str) -> list[str]:
    """Return what of the tool has to be built, in the order in which that is told."""
    _, *keys = _keys(source, suite)
    parts = zip(("dependencies", "tutor"), keys, strict=True)
    return [part for part, key_ in parts if not (cache_directory() / f"{part}.{suite}@{key_}").is_dir()]


def _keys(source: Source, suite: str) -> tuple[dict[str, list[str]], str, str]:
    """Return what the tool needs, and the digests of everything that decides both directories."""
    wanted = source.requirements()
    below = digest(key("builder", suite), recipe("dependencies"), json.dumps(wanted))
    return wanted, below, digest(f"dependencies.{suite}@{below}", recipe("tutor"), source.digest())


def _build_dependencies(wanted: dict[str, list[str]], suite: str, tell: Tell, scratch: Path) -> None:
    """Make both environments; the binding to libvirt is compiled against the suite's own library."""
    builder = image("builder", suite, tell)
    tell("dependencies")
    for purpose, requirements in wanted.items():
        _exchange(scratch).joinpath(f"{purpose}.txt").write_text("\n".join(requirements))
    binds = {directory: str(directory) for directory in registries.pip_directories()}
    pip = registries.pip_environment()
    run_recipe(recipe("dependencies"), builder.layers, scratch, binds=binds, env=pip)


def _build_application(source: Source, below: Path, suite: str, tell: Tell, scratch: Path) -> None:
    """Install the tool on top of its dependencies; nothing is downloaded."""
    builder = image("builder", suite, tell)
    tell("tutor")
    source.bring(_exchange(scratch))
    run_recipe(recipe("tutor"), (below, *builder.layers), scratch)
    keep_output(scratch)


def _exchange(scratch: Path) -> Path:
    exchange = scratch / "exchange"
    exchange.mkdir(exist_ok=True)
    return exchange
