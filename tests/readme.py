"""The README's command blocks, so that tests run what a reader would."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def commands(heading: str) -> list[str]:
    """The lines of the ``console`` blocks under a ``##`` heading."""
    _, found, rest = README.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    if not found:
        raise LookupError(heading)
    section = rest.partition("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]
