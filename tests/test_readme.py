"""The README keeps step with the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proven import wanted
from tests.readme import README, commands

ROOT = README.parent
BEGIN, END = "<!-- help:begin -->\n", "<!-- help:end -->"


def help_text(*words: str) -> str:
    """What ``tutor WORDS --help`` prints at 80 columns."""
    code = "import sys; sys.argv[0] = 'tutor'; from tutor.entry import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--help"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def verbs() -> list[str]:
    listed = help_text().partition("Commands:\n")[2]
    return re.findall(r"^  (\w+)  ", listed, re.MULTILINE)


def test_the_help_in_the_readme_is_what_the_tool_prints() -> None:
    text = README.read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == f"```text\n{help_text()}\n```"


@pytest.mark.parametrize(
    "verb", ["list", "show", "hint", "check", "answer", "config", "validate", "support", "author"]
)
def test_every_command_says_what_it_is_for(verb: str) -> None:
    assert verb in verbs()
    assert "Usage: tutor" in help_text(verb)


def test_every_command_of_the_readme_exists() -> None:
    used = {
        line.split()[1]
        for line in commands("Use it")
        if len(line.split()) > 1 and not line.split()[1].startswith("#")
    }
    assert used <= set(verbs())


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for document in (README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_no_document_names_a_place_of_ours() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    forbidden = re.compile(r"/work/|/opt/dev-venv|deb\.debian\.org|pypi\.org|registry\.npmjs")
    for name in tracked.splitlines():
        path = ROOT / name
        if path == Path(__file__) or path.suffix in {".mo", ".png"} or not path.is_file():
            continue
        found = forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, name


def test_what_the_documents_say_of_proofs_is_what_the_file_says() -> None:
    """``python -m tests.proven`` writes it anew."""
    for path, content in wanted().items():
        assert path.read_text(encoding="utf-8") == content, path.name
