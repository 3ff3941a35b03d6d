"""Which machines run on this host: each is owned by a test run, and swept away when that is gone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.sandbox import cgroups
from tutor.sandbox.cache import cache_directory, in_use, locked
from tutor.sandbox.container import STOP_SECONDS, recorded_groups
from tutor.sandbox.process import MachineError, children, kill

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
                raise MachineError(f"A machine called {name} runs already.") from error
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
    deadline = time.monotonic() + STOP_SECONDS
    while (left := _processes(directory.name)) and time.monotonic() < deadline:
        # Its init first: then systemd-nspawn tidies up after itself.
        kill([child for pid in left for child in children(pid)] or left)
        time.sleep(0.1)
    cgroups.remove(recorded_groups(directory))
    shutil.rmtree(directory, ignore_errors=True)


def _processes(name: str) -> list[int]:
    """The systemd-nspawn processes of the machine ``name``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
                if f"--machine={name}".encode() in arguments:
                    found.append(int(entry.name))
    return found
