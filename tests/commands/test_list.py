from __future__ import annotations

import json
from pathlib import Path

from tests.commands.tool import Tool


def test_nothing_is_claimed_before_the_first_check(tutor: Tool) -> None:
    done = tutor.run("list")
    assert "start: Begin" in done.lines
    assert "start/read  Read" in done.lines
    assert "start/extra  Optional (optional)" in done.lines
    assert done.lines[-1] == "Nothing has been checked yet: `tutor check` does."


def test_the_last_check_of_each_step_is_told(tutor: Tool) -> None:
    tutor.run("answer", "ask/one", "a")
    tutor.run("check", code=1)
    assert _steps(tutor)["ask/one"]["status"] == "pass"
    tutor.run("answer", "ask/one", "b", code=1)
    tutor.run("check", "ask/one", code=1)
    lines = tutor.run("list").lines
    assert "start/read  Read                  ✗ fail" in lines
    assert "ask/one  En fråga       ✗ fail" in lines


def test_a_check_of_a_part_is_no_check_of_the_step(tutor: Tool) -> None:
    journal = tutor.home / ".local/state/libvirt-tutor/journal.jsonl"
    tutor.run("check", code=1)
    journal.write_text(journal.read_text().replace('"start/read/member"', '"start/read/other"'))
    steps = _steps(tutor)
    assert steps["start/read"]["status"] is None
    assert steps["ask/one"]["status"] == "fail"


def test_json(tutor: Tool) -> None:
    tutor.run("check", "start", code=1)
    document = tutor.run("list", "--format", "json").json
    assert document["schema"] == 1
    assert document["course"]["id"] == "small"
    assert [lesson["id"] for lesson in document["lessons"]] == ["start", "ask"]
    steps = _steps(tutor)
    assert str(steps["start/read"]["checked"]).endswith("+00:00")
    assert steps["start/extra"]["optional"] is True
    assert steps["ask/many"] == {
        "id": "ask/many",
        "title": "Flera frågor",
        "optional": False,
        "max_points": 1,
        "questions": 2,
        "hints": 0,
        "status": None,
        "checked": None,
        "changed": None,
    }


def test_a_journal_from_elsewhere_makes_no_difference(tutor: Tool) -> None:
    journal = tutor.home / ".local/state/libvirt-tutor/journal.jsonl"
    journal.parent.mkdir(parents=True)
    head = '{"kind":"check","schema":1,"time":"\\u001b[2J","prev":"","data":{"course":{"id":"small"},"steps":'
    shapes = [
        "1}}",
        "[1]}}",
        '[{"id":[],"status":"pass","checks":[]}]}}',
        '[{"id":"ask/one","status":"x"}]}}',
    ]
    good = '[{"id":"ask/one","status":"pass","checks":[{"id":"ask/one/quiz"}]}]}}'
    journal.write_text("".join(head + shape + "\n" for shape in [*shapes, good]))
    assert all(step["status"] is None for step in _steps(tutor).values())


def test_narrow_plain_and_swedish(tutor: Tool) -> None:
    tutor.run("check", code=1)
    narrow = tutor.with_environment(COLUMNS="40", LANG="sv_SE.UTF-8").run("list")
    assert all(len(line) <= 40 for line in narrow.lines)
    assert "ask: Fråga" in narrow.lines
    plain = tutor.run("list", "--plain")
    assert "Step ask/one: fail. En fråga" in plain.lines


def test_a_journal_that_cannot_be_read_costs_the_statuses_only(tutor: Tool) -> None:
    (tutor.home / "file").touch()
    done = tutor.with_environment(XDG_STATE_HOME=str(tutor.home / "file")).run("list")
    assert done.err.startswith("earlier checks are not known: The journal")
    assert "start/read  Read" in done.lines


def _steps(tutor: Tool) -> dict[str, dict[str, object]]:
    document = tutor.run("list", "--format", "json").json
    return {step["id"]: step for lesson in document["lessons"] for step in lesson["steps"]}


def test_with_what_the_course_was_proven(packaged: Tool, course: Path) -> None:
    tool = packaged.with_options("--course", str(course))
    assert tool.run("list", "--format", "json").json["proven"] == []
    digest = tool.run("list", "--format", "json").json["course"]["digest"]
    run = {
        "release": "bookworm",
        "backend": None,
        "versions": {"kernel": "6.1"},
        "when": "2026-11-26T18:00:00Z",
        "green": True,
        "course_digest": digest,
    }
    proven = course / "proven.json"
    proven.write_text(json.dumps({"schema": 1, "runs": [run]}))
    assert tool.run("list").lines[-1] == "Proven on Debian 12 (bookworm), kernel 6.1 (2026-11-26)."
    (told,) = tool.run("list", "--format", "json").json["proven"]
    assert (told["release"], told["green"], told["stale"]) == ("bookworm", True, False)
    proven.write_text(json.dumps({"schema": 1, "runs": [{**run, "course_digest": "sha256:0"}]}))
    assert "has changed since" in tool.run("list").lines[-1]
    proven.write_text("{")
    assert "proven" not in tool.run("list").out.lower()
