"""What `tutor sandbox` says before it does anything; what it does is in tests/machine/test_sandbox.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from jsonschema import validate

from tests.commands.test_completion import values
from tests.commands.tool import Tool
from tests.output.schemas import sandbox_schema


@pytest.fixture
def nowhere(packaged: Tool, tmp_path: Path) -> Tool:
    """With no sandbox, and none that could be made unseen."""
    return packaged.with_environment(TUTOR_SANDBOX_DIR=str(tmp_path / "sandboxes"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "../lab"), "../lab cannot be a sandbox's name"),
        (("delete", ""), "'' cannot be a sandbox's name"),
        (("stop", "a\x1b[2Jb"), "cannot be a sandbox's name"),
        (("run", "lab", "ls"), "the command to be run stands behind --"),
        (("run", "lab", "--"), "The command is missing: it stands behind --"),
        (("run", "Lab", "--", "ls"), "Lab cannot be a sandbox's name"),
        (("run", "one", "two", "--", "ls"), "the command to be run stands behind --"),
        (("run", "--nonsense", "--", "ls", "--all"), "has no option --nonsense"),
        (("enter",), "A shell wants a terminal"),
        (("create", "--release", "sid"), "sid"),
        ((), "tutor sandbox wants to be told what"),
    ],
)
def test_what_cannot_be_meant(nowhere: Tool, words: tuple[str, ...], said: str) -> None:
    done = nowhere.run("sandbox", *words, code=2)
    assert said in " ".join(done.err.split())
    assert "tip:" in done.err
    assert "\x1b" not in done.err


def test_where_there_is_none_nothing_is_asked(nowhere: Tool, tmp_path: Path) -> None:
    done = nowhere.run("sandbox", "list")
    assert done.out == "There is no sandbox. Make one: tutor sandbox create\n"
    assert done.err == ""
    document = nowhere.run("sandbox", "list", "--format", "json").json
    validate(document, sandbox_schema())
    assert document["sandboxes"] == []
    assert not (tmp_path / "sandboxes").exists()


def test_verbs_and_names_are_completed(nowhere: Tool, tmp_path: Path) -> None:
    assert values(nowhere, "sandbox", "c") == ["create"]
    assert values(nowhere, "sandbox", "enter", "") == []
    for name in ("demo", "lab", ".lab.lock"):
        (tmp_path / "sandboxes" / str(os.getuid()) / name).mkdir(parents=True)
    assert values(nowhere, "sandbox", "enter", "") == ["demo", "lab"]
    assert values(nowhere, "sandbox", "run", "d") == ["demo"]
    assert values(nowhere, "sandbox", "create", "--release", "") == ["bookworm", "trixie"]
