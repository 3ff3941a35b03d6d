"""The second course's package of checks, as pip lays it beside the tool."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent / "users"
FOLDER = PACKAGE / "course"
_INFO = "tutor_users_checks-1.0.dist-info"
_FILES = {
    "METADATA": "Metadata-Version: 2.1\nName: tutor-users-checks\nVersion: 1.0\nRequires-Dist: libvirt_tutor",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "entry_points.txt": "[tutor.checks]\nusers = users_checks\n",
}


CATALOGUE = "locale/sv/LC_MESSAGES/users_checks"


def install(site: Path) -> Path:
    """Lay it into the folder ``site``, and return that."""
    for name in ("users_checks.py", f"{CATALOGUE}.po"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes((PACKAGE / name).read_bytes())
    compiled(site)
    (site / _INFO).mkdir()
    for name, content in _FILES.items():
        (site / _INFO / name).write_text(content)
    brought = ["users_checks.py", *(f"{CATALOGUE}{suffix}" for suffix in (".mo", ".po"))]
    names = [*brought, *(f"{_INFO}/{name}" for name in (*_FILES, "RECORD"))]
    (site / _INFO / "RECORD").write_text("".join(f"{name},,\n" for name in names))
    return site


def compiled(package: Path) -> None:
    """Compile the package's catalogues, by the command of docs/authors.md."""
    command = ["pybabel", "compile", "--directory", "locale", "--domain", "users_checks"]
    subprocess.run([Path(sys.executable).with_name(command[0]), *command[1:]], cwd=package, check=True)
