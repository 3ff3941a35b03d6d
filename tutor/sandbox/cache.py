"""What takes long to make is made once: directories outside the checkout, keyed by their recipe's digest."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Between being asked for and being used: somebody else's newer recipe must not take it away.
GRACE_SECONDS = 900.0


def cache_directory() -> Path:
    """Return where images and running machines live: TUTOR_MACHINE_CACHE, or the user's cache directory."""
    chosen = os.environ.get("TUTOR_MACHINE_CACHE")
    if chosen:
        return Path(chosen).absolute()
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "libvirt-tutor" / "machines"


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits that stand for all ``parts`` and their order."""
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part.encode()).digest())
    return total.hexdigest()[:16]


def obtain(name: str, key: str, build: Callable[[Path], None]) -> Path:
    """Return the directory of ``name`` made from the recipe ``key``, building it where it is missing.

    :param build: gets a scratch directory and must leave the result in its ``tree``.
    :raises MachineError: whatever ``build`` raises; then nothing is kept.
    """
    final = cache_directory() / f"{name}@{key}"
    final.parent.mkdir(parents=True, exist_ok=True)
    in_use(final).touch()
    if final.is_dir():
        return final
    with locked(final.parent / f"{name}.lock"):
        if not final.is_dir():
            _build(final, build)
            _remove_others(name, final)
    return final


@contextlib.contextmanager
def locked(path: Path, operation: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold the lock file ``path`` (flock(2)); it is let go even when this process is killed.

    :raises BlockingIOError: ``operation`` includes LOCK_NB and somebody else holds it.
    """
    with path.open("w") as handle:
        fcntl.flock(handle, operation)
        yield


def in_use(directory: Path) -> Path:
    """Return the lock file that whoever uses ``directory`` holds shared while doing so."""
    return directory.with_name(f"{directory.name}.use")


def _build(final: Path, build: Callable[[Path], None]) -> None:
    """Build beside ``final`` and rename, so that a half-built directory is never taken for a whole one."""
    scratch = final.with_name(f"{final.name}.building")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        build(scratch)
        (scratch / "tree").rename(final)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _remove_others(name: str, keep: Path) -> None:
    """Remove what older recipes of ``name`` made, unless a machine stands on it, or is about to."""
    for lock in keep.parent.glob(f"{name}@*.use"):
        old = lock.with_suffix("")
        if old != keep and _age(lock) > GRACE_SECONDS:
            with contextlib.suppress(BlockingIOError), locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(old, ignore_errors=True)
                lock.unlink()


def _age(path: Path) -> float:
    """Return the seconds since ``path`` was touched."""
    return time.time() - path.stat().st_mtime
