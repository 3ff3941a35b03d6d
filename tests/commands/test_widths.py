"""No command's text is wider than the terminal, but for what is to stay in one piece."""

from __future__ import annotations

import io
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pexpect
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.commands.course import START_SV, write_course
from tests.commands.tool import Tool
from tutor.commands.endings import guarded
from tutor.output.cells import cells

RECORDING = Path(__file__).parents[1] / "recordings" / "halfway.json"
RUNS: list[tuple[str, ...]] = [
    ("--help",),
    ("check", "--help"),
    ("list",),
    ("list", "--plain"),
    ("answer", "ask/many"),
    ("config",),
    ("hint", "start/read", "--all"),
    ("show", "ask/many"),
    ("show", "start/read"),
    ("config", "no-such-key"),
    ("lsit",),
    ("check", "--from", str(RECORDING)),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("widths")
    write_course(folder / "course")
    return folder


@given(st.integers(40, 200), st.sampled_from(RUNS), st.sampled_from(["sv", "en"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_no_line_is_too_wide(home: Path, width: int, words: tuple[str, ...], language: str) -> None:
    course = () if "--from" in words else ("--course", str(home / "course"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("COLUMNS", str(width))
        for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            patch.delenv(name, raising=False)
        streams = Streams(patch, ["tutor", "--lang", language, *course, *words])
        said = streams.run()
    wide = [line for line in said.splitlines() if cells(line) > width]
    assert [line for line in wide if not stays_whole(line)] == []


def stays_whole(line: str) -> bool:
    """A single word, or a command, which is never broken."""
    line = line.strip()
    return " " not in line or line.startswith("tutor ") or line in commands()


@cache
def commands() -> frozenset[str]:
    """The lines of the small course's commands, and of the fixes for the recorded machine."""
    with pytest.MonkeyPatch.context() as patch:
        argv = ["tutor", "check", "--from", str(RECORDING), "--format", "json"]
        document = json.loads(Streams(patch, argv).run())
    checks = [check for step in document["steps"] for check in step["checks"]]
    fixes = [line.strip() for check in checks for fix in check["fix"] for line in fix.splitlines()]
    return frozenset([*fixes, *(line.strip().replace("${vm}", "my-vm") for line in START_SV.splitlines())])


class Streams:
    """One run in this process, both of its streams together."""

    def __init__(self, patch: pytest.MonkeyPatch, argv: list[str]) -> None:
        self._out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        for name in ("stdout", "stderr"):
            patch.setattr(sys, name, self._out)
        patch.setattr(sys, "argv", argv)

    def run(self) -> str:
        from tutor.cli import run

        guarded(run)
        buffer: Any = self._out.buffer
        return bytes(buffer.getvalue()).decode()


# A line for what takes long.


def on_a_terminal(tool: Tool, *words: str, **environment: str) -> str:
    child = pexpect.spawn(
        sys.executable,
        ["-c", "import tutor.entry; tutor.entry.main()", *tool.options, *words],
        env={"PATH": "/usr/bin:/bin", **tool.environment, "TERM": "xterm", **environment},
        encoding="utf-8",
        timeout=60,
    )
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before)


def test_the_first_reading_of_a_course_is_told_and_then_gone(packaged: Tool, course: Path) -> None:
    tool = packaged.with_options("--course", str(course))
    assert on_a_terminal(tool, "list").startswith("\r\x1b[K… reading the course\r\x1b[K")
    assert "reading" not in on_a_terminal(tool, "list")


@pytest.mark.parametrize("quiet", [{"TERM": "dumb"}, {"PLAIN": "1"}])
def test_not_where_it_cannot_be_taken_away(packaged: Tool, course: Path, quiet: dict[str, str]) -> None:
    tool = packaged.with_options("--course", str(course))
    words = ("list", "--plain") if "PLAIN" in quiet else ("list",)
    said = on_a_terminal(tool, *words, **quiet)
    assert "reading" not in said
    assert "\x1b[K" not in said
