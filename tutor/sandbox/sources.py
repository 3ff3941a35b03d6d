"""Where a machine's tool comes from: a checkout, or this installation, whose files become a wheel."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tutor.dataclass import dataclass

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DISTRIBUTION = "libvirt-tutor"
_PACKAGE = Path(__file__).parents[1]
# Not part of what is installed, and large or changing by the minute.
_NOISE = shutil.ignore_patterns(".*", "__pycache__")
_ASIDE = {"tests", "docs", "news", "dist", "build", "bench"}
# What an installer writes beside a wheel's own files (PEP 376, PEP 610).
_INSTALLERS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
#: The oldest moment that a zip file can hold: equal files give an equal wheel.
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Checkout:
    """A tree with a pyproject.toml, whose wheel is built in the machine's own release."""

    project: Path

    def requirements(self) -> dict[str, list[str]]:
        """What it needs to run and to be built, as pip reads them (PEP 621, PEP 518)."""
        declared = tomllib.loads((self.project / "pyproject.toml").read_text())
        runtime = declared["project"].get("dependencies", [])
        return {"runtime": sorted(runtime), "build": sorted(declared["build-system"]["requires"])}

    def digest(self) -> str:
        """Return what stands for every file that the wheel may be made of."""
        total = hashlib.sha256()
        for path in self._files():
            total.update(f"{path.relative_to(self.project)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def bring(self, exchange: Path) -> None:
        """Put a copy where the recipe looks, since build hooks write into the tree."""
        shutil.copytree(self.project, exchange / "project", ignore=self._left_out)

    def _left_out(self, directory: str, names: list[str]) -> set[str]:
        """Return those of a directory's ``names`` that the wheel is not made of."""
        return _NOISE(directory, names) | (_ASIDE if Path(directory) == self.project else set())

    def _files(self) -> Iterator[Path]:
        for directory, directories, files in os.walk(self.project):
            left_out = self._left_out(directory, [*directories, *files])
            directories[:] = sorted(set(directories) - left_out)
            yield from (Path(directory) / name for name in sorted(set(files) - left_out))


@dataclass(frozen=True)
class Installed:
    """This very installation: pure Python, so what pip unpacked can be packed again."""

    def requirements(self) -> dict[str, list[str]]:
        """What it needs to run, without extras; it needs not be built."""
        from importlib.metadata import requires

        declared = [each for each in requires(DISTRIBUTION) or [] if "extra ==" not in each]
        return {"runtime": sorted(declared), "build": []}

    def digest(self) -> str:
        """Return what stands for every installed file."""
        total = hashlib.sha256()
        for place, path in self._files():
            total.update(f"{place}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def bring(self, exchange: Path) -> None:
        """Put a wheel where the recipe looks, as PEP 427 describes it."""
        from importlib.metadata import version

        stem = f"{DISTRIBUTION.replace('-', '_')}-{version(DISTRIBUTION)}"
        (exchange / "wheels").mkdir()
        with zipfile.ZipFile(exchange / "wheels" / f"{stem}-py3-none-any.whl", "w") as wheel:
            rows = [_add(wheel, place, path.read_bytes()) for place, path in self._files()]
            record = f"{stem}.dist-info/RECORD"
            _add(wheel, record, "\n".join([*rows, f"{record},,", ""]).encode())

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Each file with its place in the wheel, in a fixed order."""
        return iter(_installed_files())


Source = Checkout | Installed


@functools.cache
def _installed_files() -> tuple[tuple[str, Path], ...]:
    from importlib.metadata import files, version

    data = f"{DISTRIBUTION.replace('-', '_')}-{version(DISTRIBUTION)}.data/data/"
    found = []
    for file in files(DISTRIBUTION) or []:
        place = file.as_posix().rpartition("../")[2]
        shared = file.parts[0] == ".."  # beside the packages: manual pages, and the program, which pip makes
        if "__pycache__" in file.parts or file.name in _INSTALLERS or (shared and place.startswith("bin/")):
            continue
        found.append((data + place if shared else place, Path(str(file.locate()))))
    return tuple(sorted(found))


def own_source() -> Source:
    """Where this tool itself comes from: a checkout that is installed editable, or an installation."""
    return Checkout(_PACKAGE.parent) if (_PACKAGE.parent / "pyproject.toml").is_file() else Installed()


def _add(wheel: zipfile.ZipFile, place: str, content: bytes) -> str:
    """Add a file; return its row of RECORD."""
    wheel.writestr(zipfile.ZipInfo(place, _MOMENT), content)
    sha = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{place},sha256={sha},{len(content)}"
