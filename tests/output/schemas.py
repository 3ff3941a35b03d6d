"""The schemas of what the tool prints as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import tutor.output

_FOLDER = Path(tutor.output.__file__).parent / "schema"


def doctor_schema() -> dict[str, Any]:
    """That of ``tutor doctor``."""
    return _schema("doctor")


def sandbox_schema() -> dict[str, Any]:
    """That of ``tutor sandbox list``."""
    return _schema("sandbox")


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_FOLDER / f"{name}-1.json").read_text(encoding="utf-8"))
    return found
