"""An installed distribution as a wheel again: what an installer unpacked can be packed once more."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
import zipfile
from pathlib import Path, PurePosixPath

from tutor.sandbox.process import MachineError
from tutor.text import text

# What an installer writes beside a wheel's own files (PEP 376, PEP 610).
_INSTALLERS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
_OF_EXTRA = re.compile(r"\bextra *==")
#: The oldest moment that a zip file can hold: equal files give an equal wheel.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def requirements_of(name: str) -> list[str]:
    """What a distribution says it needs to run, without extras."""
    from importlib.metadata import requires

    return sorted(each for each in requires(name) or [] if not _OF_EXTRA.search(each))


def digest_of(name: str) -> str:
    """Return what stands for every file of an installed distribution.

    :raises MachineError: one of them cannot be read.
    """
    total = hashlib.sha256()
    for place, path in installed_files(name):
        total.update(f"{place}\0".encode())
        total.update(hashlib.sha256(_content(name, path)).digest())
    return total.hexdigest()


def pack(name: str, folder: Path) -> None:
    """Put a wheel of an installed distribution into ``folder``, as PEP 427 describes it.

    :raises MachineError: one of its files cannot be read.
    """
    stem = _stem(name)
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        rows = [_add(wheel, place, _content(name, path)) for place, path in installed_files(name)]
        record = f"{stem}.dist-info/RECORD"
        _add(wheel, record, "\n".join([*rows, f"{record},,", ""]).encode())


def installed_files(name: str) -> list[tuple[str, Path]]:
    """Each file of an installed distribution with its place in the wheel, in a fixed order.

    Programs are left out: pip makes them of the entry points.
    """
    from importlib.metadata import distribution

    one = distribution(name)
    data = f"{_stem(name)}.data/data/"
    found = []
    for file in _recorded(name):
        place = file.as_posix().rpartition("../")[2]
        shared = file.parts[0] == ".."  # beside the packages: manual pages, and the programs
        if "__pycache__" in file.parts or file.name in _INSTALLERS or (shared and place.startswith("bin/")):
            continue
        found.append((data + place if shared else place, Path(str(one.locate_file(str(file))))))
    return sorted(found)


def _recorded(name: str) -> list[PurePosixPath]:
    """Every file that the installer wrote down (PEP 376), relative to where packages are.

    Not by ``importlib.metadata.files``: from Python 3.12 on it passes over those that are gone.
    """
    from importlib.metadata import distribution

    rows = csv.reader((distribution(name).read_text("RECORD") or "").splitlines())
    return [PurePosixPath(row[0]) for row in rows if row]


def _stem(name: str) -> str:
    """How the distribution's folder of metadata begins: its name as its builder spelt it, and its version."""
    from importlib.metadata import version

    for file in _recorded(name):
        folder, *inside = file.parts
        if folder.endswith(".dist-info") and inside == ["METADATA"]:
            return folder.removesuffix(".dist-info")
    return f"{name.replace('-', '_')}-{version(name)}"


def _content(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MachineError(
            text("{path}, a file of {name}, cannot be read", path=str(path), name=name),
            text("Install {name} again.", name=name),
        ) from error


def _add(wheel: zipfile.ZipFile, place: str, content: bytes) -> str:
    """Add a file; return its row of RECORD."""
    wheel.writestr(zipfile.ZipInfo(place, _MOMENT), content)
    sha = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{place},sha256={sha},{len(content)}"
