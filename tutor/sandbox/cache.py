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

from tutor.folders import folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Between being asked for and being used: somebody else's newer recipe must not take it away.
GRACE_SECONDS = 900.0


def cache_directory() -> Path:
    """Return where images and tests' machines live: TUTOR_MACHINE_CACHE, or this user's cache directory."""
    chosen = os.environ.get("TUTOR_MACHINE_CACHE")
    if chosen:
        return Path(chosen).absolute()
    # Not HOME: some let sudo keep it, and root's images do not belong into a student's home.
    environ = {name: value for name, value in os.environ.items() if name != "HOME"}
    return Path(folders(environ).cache) / "machines"


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


def pin(user: Path, directories: Iterable[Path]) -> None:
    """Keep these directories, and no others, as long as ``user``, which stands on them, exists."""
    mine = {_pin(directory, user) for directory in directories}
    for each in mine:
        each.write_text(str(user))
    for other in cache_directory().glob(f"*.pin.{digest(str(user))}"):
        if other not in mine:
            other.unlink(missing_ok=True)


def pinned(directory: Path) -> bool:
    """Whether something stands on ``directory``; what is gone without letting go of it does not count."""
    kept = False
    for pin_ in directory.parent.glob(f"{directory.name}.pin.*"):
        if Path(pin_.read_text()).is_dir():
            kept = True
        else:
            pin_.unlink(missing_ok=True)
    return kept


def in_use(directory: Path) -> Path:
    """Return the lock file that whoever uses ``directory`` holds shared while doing so."""
    return directory.with_name(f"{directory.name}.use")


def remove_unused() -> list[str]:
    """Remove everything here that nothing stands on and nobody is using; return what."""
    removed = []
    for lock in sorted(cache_directory().glob("*@*.use")):
        directory = lock.with_suffix("")
        with contextlib.suppress(BlockingIOError), locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if directory.is_dir() and not directory.is_symlink() and not pinned(directory):
                shutil.rmtree(directory)
                removed.append(directory.name)
    return removed


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
        if old != keep and _age(lock) > GRACE_SECONDS and not pinned(old):
            with contextlib.suppress(BlockingIOError), locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(old, ignore_errors=True)
                lock.unlink()


def _pin(directory: Path, user: Path) -> Path:
    return directory.with_name(f"{directory.name}.pin.{digest(str(user))}")


def _age(path: Path) -> float:
    """Return the seconds since ``path`` was touched."""
    return time.time() - path.stat().st_mtime
