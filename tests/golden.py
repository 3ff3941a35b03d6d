"""Files that hold what is printed: a test compares them, and a change of them is read as a diff."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path


def write(folder: Path, names: Iterable[str], made: Callable[[str], str]) -> None:
    """Write all files anew.

    :param made: what the file of a name should hold, line ends and all.
    """
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(made(name), encoding="utf-8", newline="")
