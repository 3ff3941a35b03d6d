"""The checkout under test, whose `tutor` the machines get."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
