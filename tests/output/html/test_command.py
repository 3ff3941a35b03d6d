"""``tutor report --html`` as a teacher runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.tool import Tool
from tests.report.generate import write


@pytest.fixture
def hand_ins(tmp_path: Path) -> Path:
    folder = tmp_path / "hand-ins"
    folder.mkdir()
    for number, name in enumerate(("done", "halfway")):
        write(folder, number, name=name)
    return folder


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path / "home")


def test_the_pages_are_written_and_it_is_said_where(tool: Tool, hand_ins: Path, tmp_path: Path) -> None:
    done = tool.run("--lang", "en", "report", str(hand_ins), "--html", str(tmp_path / "class"))
    assert done.out == ""
    assert done.err == f"The pages are there: open {tmp_path}/class/index.html\n"
    assert len(list((tmp_path / "class" / "students").iterdir())) == 2


def test_they_are_in_the_language_of_the_run(tool: Tool, hand_ins: Path, tmp_path: Path) -> None:
    tool.run("--lang", "sv", "report", str(hand_ins), "--html", str(tmp_path / "class"))
    page = (tmp_path / "class" / "index.html").read_text()
    assert '<html lang="sv">' in page
    assert "<h1>Klassen</h1>" in page


def test_a_view_that_is_asked_for_is_printed_too(tool: Tool, hand_ins: Path, tmp_path: Path) -> None:
    done = tool.run("report", str(hand_ins), "--html", str(tmp_path / "class"), "--format", "json")
    assert len(done.json["students"]) == 2
    assert (tmp_path / "class" / "index.html").exists()


def test_somebodys_own_folder_is_left_alone_before_anything_is_judged(
    tool: Tool, hand_ins: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    words = ("report", str(hand_ins), "--html", str(tmp_path / "thesis"))
    done = tool.with_options("--lang", "en").run(*words, code=2)
    assert "holds something that no report made: chapter.txt" in done.err
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]
