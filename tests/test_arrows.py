"""The arrows between the rooms point one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What each room may import of this project, besides itself. Everything may import the leaves.
LEAVES = {
    *("tutor", "tutor.errors", "tutor.folders", "tutor.text"),
    *("tutor.dataclass", "tutor.digest", "tutor.shape"),
}
ALLOWED = {
    "tutor.config": set(),
    "tutor.host": set(),
    "tutor.actions": set(),
    "tutor.guide": {"tutor.course", "tutor.grading"},
    "tutor.baseline": {"tutor.course", "tutor.host"},
    "tutor.course": {"lessons"},
    "tutor.journal": {"tutor.grading"},
    "tutor.grading": {"tutor.course", "tutor.host"},
    "tutor.handin": {"tutor.grading", "tutor.journal", "tutor.host", "tutor.course"},
    "tutor.watch": {"tutor.grading", "tutor.host"},
    "tutor.authoring": {"tutor.course", "tutor.grading"},
    "tutor.packetpath": set(),
    "tutor.relaxng": set(),
    "tutor.sandbox": set(),
    "tutor.proving": {"tutor.course", "tutor.guide", "tutor.sandbox"},
    "tutor.validation": {"tutor.relaxng"},
    "tutor.support": set(),
    "tutor.doctor": {"checks", "tutor.course", "tutor.grading", "tutor.host", "tutor.packetpath"},
    "tutor.output": {
        *("tutor.baseline", "tutor.doctor", "tutor.grading", "tutor.course", "tutor.guide", "tutor.support"),
        *("tutor.authoring", "tutor.proving", "tutor.report", "tutor.sandbox", "tutor.validation"),
    },
    "tutor.report": {"tutor.handin", "tutor.grading", "tutor.journal", "tutor.host", "tutor.course"},
    "checks": {"tutor.grading", "tutor.host", "tutor.packetpath"},
}


def modules(room: str) -> Iterator[Path]:
    return (ROOT / room.replace(".", "/")).rglob("*.py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def room_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "tutor" else parts[0]


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    ours = ("tutor", "checks", "lessons", "tests")
    wrong = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in modules(room)
        for module in imports(path)
        if module.split(".")[0] in ours
        and module not in LEAVES
        and room_of(module) not in {room, *ALLOWED[room], *LEAVES}
    }
    assert not wrong


def test_only_the_drawn_dialogue_loads_what_draws() -> None:
    """It takes longer to load than the whole course to check."""
    drawing = [
        str(path.relative_to(ROOT))
        for path in modules("tutor")
        for module in imports(path)
        if module.split(".")[0] in ("questionary", "prompt_toolkit")
    ]
    assert set(drawing) == {"tutor/commands/learn/drawn.py"}


def test_nothing_below_the_commands_prints() -> None:
    rooms = [*ALLOWED]
    printing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in rooms
        for path in modules(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printing
