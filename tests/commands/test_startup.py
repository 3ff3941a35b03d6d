"""The start is lean, and stays so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.commands.tool import Tool

HEAVY = (
    "questionary",
    "prompt_toolkit",
    "rich",
    "markdown_it",
    "jinja2",
    "asyncio",
    "importlib.metadata",
    "pydantic",
    "msgspec",
    "babel",
    "tomli",
    "tomllib",
)
PROGRAM = f"""
import sys
from tutor.entry import main
try:
    main()
finally:
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["list"], ["check", "ask"], ["config"], []])
def test_nothing_heavy_is_imported(tutor: Tool, words: list[str]) -> None:
    tutor.run("list")  # the course is compiled once
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *tutor.options, *words],
        env=dict(tutor.environment),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
