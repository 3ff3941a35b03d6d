"""Every file that the tool makes is on the privacy page; on a machine, see test_install_for_good.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer.main
from typer.core import TyperGroup

from tests.commands.tool import Tool
from tests.privacy import places, undocumented
from tutor.cli import app

#: Words, and the exit code; in this order.
RUNS: list[tuple[list[str], int]] = [
    (["--help"], 0),
    ([], 0),
    (["list"], 0),
    (["show", "install/libvirt"], 0),
    (["hint", "install/libvirt"], 0),
    (["answer", "intro/role", "1a"], 1),
    (["check", "intro"], 1),
    (["check", "--record", "{folder}/recording.json"], 1),
    (["check", "--from", "{folder}/recording.json"], 1),
    (["config", "language", "sv"], 0),
    (["config", "identity.name", "Anna"], 0),
    (["support", "--output", "{folder}/report.txt"], 0),
    (["author", "lint"], 0),
]
#: What acts on the machine, wants a terminal, or needs libvirt: run on a student machine.
ELSEWHERE = {"validate", "learn", "watch", "doctor", "reset", "cleanup", "submit", "report", "sandbox"}


def files_of(home: Path) -> list[str]:
    return [f"~/{path.relative_to(home)}" for path in sorted(home.rglob("*")) if not path.is_dir()]


def test_every_file_is_on_the_page(packaged: Tool, tmp_path: Path) -> None:
    tool = packaged.without("XDG_CACHE_HOME")
    for words, code in RUNS:
        tool.run(*(word.format(folder=tmp_path) for word in words), code=code)
    faulty = replace(tool, before="import sys; sys.modules['tutor.grading.grade'] = None")
    faulty.run("check", code=3)
    found = files_of(tool.home)
    assert "~/.local/state/libvirt-tutor/journal.jsonl" in found
    assert "~/.local/state/libvirt-tutor/errors.log" in found
    assert undocumented(found, places()) == []
    modes = {str(path.relative_to(tool.home)): path.stat().st_mode & 0o077 for path in tool.home.rglob("*")}
    assert [name for name, mode in modes.items() if mode] == []


def test_the_test_would_see_another_file() -> None:
    assert undocumented(["~/.config/libvirt-tutor/other"], places()) == ["~/.config/libvirt-tutor/other"]


def test_no_command_is_forgotten() -> None:
    """A new verb: say in docs/privacy.md what it stores, and run it here or on a machine."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    assert set(root.commands) <= {*(words[0] for words, _ in RUNS if words), *ELSEWHERE}
