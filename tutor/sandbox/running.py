"""Which machines run on this host: each is owned by a test run, and swept away when that is gone."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.sandbox.cache import cache_directory, in_use, locked
from tutor.sandbox.process import MachineError
from tutor.sandbox.supervisor import halt
from tutor.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def sweep() -> list[str]:
    """Remove the machines whose test run is gone (killed, crashed); return their names."""
    running = _running_directory()
    swept = []
    with locked(running.with_suffix(".lock")):
        for owner in running.glob("*.owner"):
            with contextlib.suppress(BlockingIOError), locked(owner, fcntl.LOCK_EX | fcntl.LOCK_NB):
                _remove(owner.with_suffix(""))
                swept.append(owner.stem)
                owner.unlink()
    return swept


@contextlib.contextmanager
def claimed(name: str, used: Iterable[Path]) -> Iterator[Path]:
    """Own the directory of the machine ``name``, and hold the images it uses.

    Both end with this process at the latest.

    :raises MachineError: another machine has the name.
    """
    running = _running_directory()
    owner = running / f"{name}.owner"
    with contextlib.ExitStack() as held:
        for directory in used:
            held.enter_context(locked(in_use(directory), fcntl.LOCK_SH))
        with locked(running.with_suffix(".lock")):
            try:
                held.enter_context(locked(owner, fcntl.LOCK_EX | fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise MachineError(text("A machine called {name} runs already.", name=name)) from error
            # What a killed run left under this name.
            _remove(running / name)
            (running / name).mkdir()
        try:
            yield running / name
        finally:
            shutil.rmtree(running / name)
            owner.unlink()


def _running_directory() -> Path:
    directory = cache_directory() / "running"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _remove(directory: Path) -> None:
    """Kill what is left of a machine nobody owns, and remove its files."""
    if directory.is_dir():
        halt(directory)
        shutil.rmtree(directory, ignore_errors=True)
