"""The course changes under a student who has begun: what is new or changed is told, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.tool import Tool
from tutor import __version__

NEW_STEP = """
## Senare {#later}

Nytt.

```toml checks
[member]
check = "programs"
programs = ["sh"]
```
"""


@pytest.fixture
def student(packaged: Tool, course: Path) -> Tool:
    """Somebody who has checked the whole course once, and whose course can be changed."""
    tool = packaged.with_options("--course", str(course))
    tool.run("check", code=1)
    return tool


def change(course: Path, file: str, old: str, new: str) -> None:
    path = course / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def changes(tool: Tool) -> dict[str, str]:
    document = tool.run("list", "--format", "json").json
    steps = [step for lesson in document["lessons"] for step in lesson["steps"]]
    return {step["id"]: step["changed"] for step in steps if step["changed"] is not None}


def journal(tool: Tool) -> Path:
    return tool.home / ".local/state/libvirt-tutor/journal.jsonl"


def test_nothing_has_changed(student: Tool) -> None:
    assert changes(student) == {}
    assert "last check:" not in student.run().out + student.run("check", code=1).out
    kinds = [json.loads(line)["kind"] for line in journal(student).read_text().splitlines()]
    assert kinds == ["course", "check", "check"]


def test_nobody_is_told_before_the_first_run(tutor: Tool) -> None:
    assert changes(tutor) == {}
    assert "last check:" not in tutor.run("check", code=1).out


def test_told_everywhere_until_it_is_checked(student: Tool, course: Path) -> None:
    change(course, "sv/2-ask.md", "Vad är libvirt?", "Vad är libvirt, egentligen?")
    change(course, "sv/2-ask.md", "## En fråga", f"{NEW_STEP}\n## En fråga")
    assert changes(student) == {"ask/one": "changed", "ask/later": "new"}
    lines = student.run("list").lines
    assert "ask/later  Senare (new)" in lines
    assert any(line.startswith("ask/one  En fråga (changed)") for line in lines)
    assert any(line.startswith("New or changed since your last check:") for line in lines)
    for words, code in (((), 0), (("check", "start"), 1)):
        said = student.run(*words, code=code).lines
        assert "note: New since your last check: ask/later" in said
        assert "note: Changed since your last check: ask/one" in said
    # A run of another step has told it once; the list remembers what has not been checked yet.
    assert "last check:" not in student.run("check", "start", code=1).out
    assert changes(student) == {"ask/one": "changed", "ask/later": "new"}
    student.run("check", "ask/later")
    assert changes(student) == {"ask/one": "changed"}
    student.run("check", "ask/one", code=1)
    assert changes(student) == {}


def test_a_machine_format_has_it_on_standard_error(student: Tool, course: Path) -> None:
    change(course, "sv/2-ask.md", "Vad är libvirt?", "Vad är libvirt nu?")
    done = student.run("check", "start", "--format", "json", code=1)
    assert "Changed since your last check: ask/one\n" in done.err
    assert done.json["schema"] == 1


def test_in_swedish_and_plain(student: Tool, course: Path) -> None:
    change(course, "sv/2-ask.md", "Vad är libvirt?", "Vad är libvirt nu?")
    swedish = student.with_options("--lang", "sv", "--plain")
    assert "Steg ask/one: underkänt. En fråga (ändrat)" in swedish.run("list").lines
    assert "Ändrat sedan din senaste kontroll: ask/one" in swedish.run().out


def test_a_changed_translation_is_no_changed_step(student: Tool, course: Path) -> None:
    change(course, "en/1-start.md", "A domain called", "A guest called")
    change(course, "sv/1-start.md", "Lektionens", "Hela lektionens")
    assert changes(student) == {}


def test_a_journal_of_an_older_version_claims_nothing(student: Tool, course: Path) -> None:
    """It noted no digests, and no course."""
    lines = [json.loads(line) for line in journal(student).read_text().splitlines()]
    old = [line for line in lines if line["kind"] == "check"]
    for step in (step for line in old for step in line["data"]["steps"]):
        del step["digest"]
    journal(student).write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in old))
    change(course, "sv/2-ask.md", "Vad är libvirt?", "Vad är libvirt nu?")
    change(course, "sv/2-ask.md", "## En fråga", f"{NEW_STEP}\n## En fråga")
    assert changes(student) == {}
    document = student.run("list", "--format", "json").json
    assert document["lessons"][0]["steps"][0]["status"] == "fail"
    assert "last check:" not in student.run("check", "start", code=1).out
    change(course, "sv/2-ask.md", "libvirt nu?", "libvirt då?")
    assert changes(student) == {"ask/one": "changed"}


@pytest.mark.parametrize(("tool", "told"), [("0.0.1", True), (__version__, False)])
def test_the_last_run_vouches_for_its_own_version_of_the_tool(student: Tool, tool: str, told: bool) -> None:
    """By another one a step may have had another digest; by the same one, nothing further back is read."""
    lines = [json.loads(line) for line in journal(student).read_text().splitlines()]
    for line in lines:
        if line["kind"] == "course":
            line["data"]["steps"]["ask/one"] = "0" * 16
        else:
            line["data"]["tool"] = tool
    journal(student).write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    said = student.run("check", "start", code=1).lines
    assert ("note: Changed since your last check: ask/one" in said) is told
    kinds = [json.loads(line)["kind"] for line in journal(student).read_text().splitlines()]
    assert kinds == ["course", "check", *(["course"] if told else []), "check"]


def test_many_steps_are_not_all_named(student: Tool, course: Path) -> None:
    steps = "".join(NEW_STEP.replace("#later", f"#later-{number}") for number in range(12))
    change(course, "sv/2-ask.md", "## En fråga", f"{steps}\n## En fråga")
    said = student.with_environment(COLUMNS="1000").run("check", "start", code=1).out
    assert "ask/later-7 and 4 more (`tutor list`)" in " ".join(said.split())


def test_a_longer_journal_than_is_read(student: Tool, course: Path) -> None:
    """Who checked a step long ago is not told that it is new; what changes now is told all the same."""
    student.run("check", "ask/one", code=1)
    (run,) = journal(student).read_text().splitlines()[-1:]
    change(course, "sv/2-ask.md", "## En fråga", f"{NEW_STEP}\n## En fråga")
    student.run("check", "ask/later")
    with journal(student).open("a") as file:
        file.write(f"{run}\n" * 100)
    assert changes(student) == {}
    change(course, "sv/2-ask.md", "Nytt.", "Nyare.")
    assert changes(student) == {"ask/later": "changed"}


def test_an_answer_to_an_older_question_is_none(student: Tool, course: Path) -> None:
    student.run("answer", "ask/one", "a")
    student.run("answer", "ask/many", "1b", "2ac")
    student.run("check", "ask")
    change(course, "sv/2-ask.md", 'id = "layer"\n  text', 'id = "stratum"\n  text')
    change(course, "sv/2-ask.md", 'id = "c"', 'id = "gamma"')
    done = student.run("check", "ask", "--format", "json", code=1)
    codes = {step["id"]: step["checks"][0]["code"] for step in done.json["steps"]}
    assert codes == {"ask/one": "unanswered", "ask/many": "unanswered"}
    assert "answered" not in student.run("answer", "ask/one").out.replace("not answered", "")
    student.run("answer", "ask/many", "2ac")
    student.run("answer", "ask/one", "a")
    student.run("check", "ask")
