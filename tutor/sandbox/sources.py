"""Where a machine's tool comes from: a checkout, or an installation, whose files become a wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from tutor.dataclass import dataclass
from tutor.sandbox.process import MachineError
from tutor.sandbox.wheels import digest_of, pack, requirements_of
from tutor.text import text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DISTRIBUTION = "libvirt-tutor"
_PACKAGE = Path(__file__).parents[1]
# Not part of what is installed, and large or changing by the minute.
_NOISE = shutil.ignore_patterns(".*", "__pycache__")
_ASIDE = frozenset({"tests", "docs", "news", "dist", "build", "bench"})


class Source(Protocol):
    """Something that is installed into a machine. Equal ones are the same."""

    def __hash__(self) -> int:
        """Of what decides where it comes from."""

    def requirements(self) -> dict[str, list[str]]:
        """What it needs to run and to be built, as pip reads them: ``runtime`` and ``build``."""

    def digest(self) -> str:
        """Return what stands for all that is installed."""

    def bring(self, exchange: Path) -> None:
        """Put it where the recipe looks: wheels into ``wheels``, what is to be built into ``sources``."""


@dataclass(frozen=True)
class Checkout:
    """A tree of source, whose wheel is built in the machine's own release.

    :ivar aside: what at its top no wheel is made of.
    """

    project: Path
    aside: frozenset[str] = _ASIDE

    def requirements(self) -> dict[str, list[str]]:
        """What it needs to run and to be built, as pip reads them (PEP 621, PEP 518)."""
        declared = self._declared()
        build = declared.get("build-system", {}).get("requires", ["setuptools"])
        return {
            "runtime": sorted(declared.get("project", {}).get("dependencies", [])),
            "build": sorted(build),
        }

    def digest(self) -> str:
        """Return what stands for every file that the wheel may be made of."""
        total = hashlib.sha256()
        for path in self._files():
            total.update(f"{path.relative_to(self.project)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def bring(self, exchange: Path) -> None:
        """Put a copy where the recipe looks, since build hooks write into the tree."""
        sources = exchange / "sources"
        sources.mkdir(exist_ok=True)
        target = sources / f"{len(list(sources.iterdir()))}-{self.project.name}"
        shutil.copytree(self.project, target, ignore=self._left_out)

    def _declared(self) -> dict[str, Any]:
        """Its pyproject.toml; an old tree has none."""
        try:
            return tomllib.loads((self.project / "pyproject.toml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            path = str(self.project / "pyproject.toml")
            what = text("{path} cannot be read: {reason}", path=path, reason=str(error))
            raise MachineError(what, text("Mend it, or remove the package whose it is.")) from error

    def _left_out(self, directory: str, names: list[str]) -> set[str]:
        """Return those of a directory's ``names`` that the wheel is not made of."""
        paths = {name: Path(directory) / name for name in names}
        environments = {name for name, path in paths.items() if (path / "pyvenv.cfg").is_file()}
        neither = {name for name, path in paths.items() if not (path.is_dir() or path.is_file())}
        top = self.aside if Path(directory) == self.project else set()
        return _NOISE(directory, names) | environments | neither | top

    def _files(self) -> Iterator[Path]:
        for directory, directories, files in os.walk(self.project):
            left_out = self._left_out(directory, [*directories, *files])
            directories[:] = sorted(set(directories) - left_out)
            yield from (Path(directory) / name for name in sorted(set(files) - left_out))


@dataclass(frozen=True)
class Installed:
    """What is installed here: pure Python, so what pip unpacked can be packed again."""

    name: str = DISTRIBUTION

    def requirements(self) -> dict[str, list[str]]:
        """What it needs to run, without extras; it needs not be built."""
        return {"runtime": requirements_of(self.name), "build": []}

    def digest(self) -> str:
        """Return what stands for every installed file."""
        return digest_of(self.name)

    def bring(self, exchange: Path) -> None:
        """Put a wheel where the recipe looks."""
        (exchange / "wheels").mkdir(exist_ok=True)
        pack(self.name, exchange / "wheels")


def own_tool() -> Checkout | Installed:
    """Where this tool itself comes from: a checkout that is installed editable, or an installation."""
    return Checkout(_PACKAGE.parent) if (_PACKAGE.parent / "pyproject.toml").is_file() else Installed()
