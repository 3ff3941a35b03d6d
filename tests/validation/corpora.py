"""Libvirt's own test documents: thousands that nobody here wrote, and the schemas they belong to.

``python -m tests.validation.corpora`` fetches them from Debian's source packages, once, to where the
machine images are. Libvirt is LGPL-2.1+: nothing of it is committed.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.sandbox import images
from tutor.sandbox.building import keep_output, recipe, run_recipe
from tutor.sandbox.cache import digest, obtain
from tutor.sandbox.process import MachineError

#: The releases whose libvirt is taken: 9.0 and 11.3.
SUITES = ("bookworm", "trixie")
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Corpus:
    """The documents of one release of libvirt, and its schemas."""

    suite: str
    folder: Path

    @property
    def schemas(self) -> Path:
        return self.folder / "schemas"

    @property
    def version(self) -> str:
        """The Debian source package, as ``libvirt_9.0.0-4``."""
        return (self.folder / "version").read_text().strip()

    def documents(self) -> Iterator[Path]:
        """Every XML file, in a fixed order; many are of kinds without a schema."""
        for folder, folders, names in os.walk(self.folder / "tests"):
            folders.sort()
            yield from (Path(folder, name) for name in sorted(names))


def corpus(suite: str) -> Corpus:
    """The corpus of a Debian release, fetched where it is missing.

    :raises MachineError: it cannot be fetched; one sentence.
    """
    key = digest(recipe("corpora", _HERE), images.key("debian", suite))
    return Corpus(suite, obtain(f"corpora.{suite}", key, lambda scratch: _fetch(suite, scratch)))


def _fetch(suite: str, scratch: Path) -> None:
    run_recipe(recipe("corpora", _HERE), images.image("debian", suite).layers, scratch)
    keep_output(scratch)


def main() -> int:
    """Fetch what is missing; 1 and one sentence where that fails."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        for suite in SUITES:
            found = corpus(suite)
            sys.stdout.write(f"{found.version}: {sum(1 for _ in found.documents())} documents\n")
    except MachineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
