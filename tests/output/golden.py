"""The golden files: ``python -m tests.output.golden`` writes them anew; then read the diff."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.golden import write
from tests.output.grades import every_outcome
from tutor.language import Language, translator
from tutor.output.interface import FormatName, find
from tutor.output.style import Style

FOLDER = Path(__file__).parent / "golden"
CASES: Mapping[str, tuple[FormatName, Language, Style]] = {
    "text-80.en.txt": ("text", "en", Style()),
    "text-40.sv.txt": ("text", "sv", Style(width=40)),
    "text-verbose-100.en.txt": ("text", "en", Style(width=100, verbose=True)),
    "text-colour.en.txt": ("text", "en", Style(colour=True)),
    "plain-80.sv.txt": ("text", "sv", Style(plain=True, ascii=True)),
    "check.en.json": ("json", "en", Style()),
    "junit.en.xml": ("junit", "en", Style()),
    "tap.en.tap": ("tap", "en", Style()),
}


def made(name: str) -> str:
    """What the file of that name should hold."""
    form, language, style = CASES[name]
    return find(form)(every_outcome(), translator(language), style)


if __name__ == "__main__":
    write(FOLDER, CASES, made)
