"""Taking away what a sandbox is on disk. No link is ever followed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tutor.sandbox import record
from tutor.sandbox.cache import pin
from tutor.sandbox.process import MachineError
from tutor.sandbox.supervisor import halt
from tutor.text import text


def remove_tree(directory: Path) -> None:
    """Remove a directory and all that is in it; no link is followed.

    :raises MachineError: something in it cannot be removed.
    """
    try:
        shutil.rmtree(directory)
    except FileNotFoundError:
        return
    except OSError as error:
        what = text(
            "{path} cannot be removed: {error}",
            path=str(error.filename or directory),
            error=error.strerror or str(error),
        )
        raise MachineError(what) from error


def clear(directory: Path) -> None:
    """End what runs of a sandbox, and remove it: first what it is, at last that it is ours."""
    halt(directory)
    pin(directory, [])
    for entry in directory.iterdir():
        if entry.name == record.FILE:
            continue
        if entry.is_dir() and not entry.is_symlink():
            remove_tree(entry)
        else:
            entry.unlink()
    (directory / record.FILE).unlink(missing_ok=True)
    directory.rmdir()


def is_empty(directory: Path) -> bool:
    """Whether a directory, and not a link to one, holds nothing."""
    return not directory.is_symlink() and directory.is_dir() and not any(directory.iterdir())
