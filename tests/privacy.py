"""The places that docs/privacy.md lists, so that tests hold them against what there is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "privacy.md"
#: What is left by others, and said to be so.
LEFT = (
    *("~/.local/pipx/*", "~/.local/share/pipx/*", "~/.local/state/pipx/*", "~/.cache/pipx/*"),
    *("~/.cache/pip/*", "~/.bashrc", "~/.sudo_as_admin_successful"),
)


def places() -> list[str]:
    """The patterns of the table, ``~`` for the home; ``*`` stands for any number of folders too."""
    found = re.findall(r"^\| `(~/[^`]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise LookupError(PAGE)
    return found


def undocumented(files: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Those of the files, by their names below ``~``, that no pattern covers."""
    known = list(patterns)
    return [file for file in files if not any(fnmatchcase(file, pattern) for pattern in known)]
