"""The second course's package of checks, as pip lays it beside the tool."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent / "users"
FOLDER = PACKAGE / "course"
_INFO = "tutor_users_checks-1.0.dist-info"
_FILES = {
    "METADATA": "Metadata-Version: 2.1\nName: tutor-users-checks\nVersion: 1.0\nRequires-Dist: libvirt_tutor",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "entry_points.txt": "[tutor.checks]\nusers = users_checks\n",
}


def install(site: Path) -> Path:
    """Lay it into the folder ``site``, and return that."""
    (site / "users_checks.py").write_bytes((PACKAGE / "users_checks.py").read_bytes())
    (site / _INFO).mkdir()
    for name, content in _FILES.items():
        (site / _INFO / name).write_text(content)
    names = ["users_checks.py", *(f"{_INFO}/{name}" for name in (*_FILES, "RECORD"))]
    (site / _INFO / "RECORD").write_text("".join(f"{name},,\n" for name in names))
    return site
