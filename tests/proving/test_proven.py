"""The file that says what a course was proven with, and what is shown of it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from tests.proving.samples import COURSE, REPLAYS, STATES
from tutor.commands.prove import _keep
from tutor.course.files import digest, read_state_files
from tutor.output.proven import proof_page
from tutor.output.proving import proven_lines, readme_table, render_proof
from tutor.output.style import Style
from tutor.proving import proven
from tutor.proving.proven import PROVEN, encode, known_runs, merged, read_proven, run_document
from tutor.proving.table import Table, table

SCHEMA = json.loads((Path(proven.__file__).parent / "schema" / "proven-1.json").read_text())
RESULT: Table = table(COURSE, STATES, REPLAYS, tuple(COURSE.steps))


def run(release: str = "bookworm", backend: str | None = "iptables", **more: Any) -> dict[str, Any]:
    about = {
        "release": release,
        "backend": backend,
        "versions": {"libvirt": "9.0.0", "kernel": "6.1"},
        "tool": "0.1.0",
        "course_digest": "sha256:0",
        "states_digest": "sha256:1",
        "when": "2026-11-26T18:00:00Z",
        "seconds": 10,
        "alone": False,
        "twice": False,
        **more,
    }
    return run_document(RESULT, about, [])


def document(*runs: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for one in runs:
        content = merged(content, {"id": "c", "version": "1"}, one)
    return content


def test_it_is_as_its_schema_says_and_a_line_for_each_check() -> None:
    content = document(run(), {**run("trixie", None), "repeated": ["two: the emulator fell"]})
    jsonschema.validate(json.loads(encode(content)), SCHEMA)
    assert json.loads(encode(content)) == json.loads(json.dumps(content))
    assert sum('"before"' in line for line in encode(content).splitlines()) == 2 * len(RESULT.rows)


def test_a_run_takes_the_place_of_the_one_on_the_same_machines() -> None:
    content = document(run(), run("trixie", "nftables"), run(seconds=99))
    assert [(one["release"], one["seconds"]) for one in content["runs"]] == [("bookworm", 99), ("trixie", 10)]


@pytest.mark.parametrize("name", [PROVEN, "another.json"])
def test_what_a_file_holds_of_other_machines_stays(tmp_path: Path, name: str) -> None:
    """Whatever it is called: a proof takes most of an hour."""
    session: Any = SimpleNamespace(course=SimpleNamespace(id="c", version="1"))
    for one in (run(), run("trixie", "nftables"), run(seconds=99)):
        _keep(session, tmp_path / name, one)
    kept = read_proven(tmp_path / name)
    assert kept is not None
    assert [(one["release"], one["seconds"]) for one in kept["runs"]] == [("bookworm", 99), ("trixie", 10)]


UNUSABLE = (None, "", "[]", "{", '{"schema": 2, "runs": []}', '{"schema": 1}', '{"schema": 1, "runs": [{}]}')


@pytest.mark.parametrize("content", [*UNUSABLE, "[" * 9999])
def test_what_cannot_be_used_is_no_proof(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / PROVEN).write_text(content)
    assert read_proven(tmp_path / PROVEN) is None


def test_the_line_for_the_list() -> None:
    runs = [run(stale=False), run("trixie", "nftables", stale=False)]
    assert [line.render(str) for line in proven_lines(runs)] == [
        "Proven on Debian 12 (bookworm), libvirt 9.0.0 with iptables, kernel 6.1 (2026-11-26).",
        "Proven on Debian 13 (trixie), libvirt 9.0.0 with nftables, kernel 6.1 (2026-11-26).",
    ]
    *_, stale = proven_lines([*runs, run(stale=True)])
    assert "has changed since" in stale.render(str)
    assert proven_lines([{**run(stale=True), "green": False}]) == []


@pytest.mark.parametrize(
    ("more", "machine"),
    [
        ({"backend": None}, "Debian 12 (bookworm), libvirt 9.0.0, kernel 6.1"),
        ({"versions": {}}, "Debian 12 (bookworm) with iptables"),
        ({"versions": {}, "backend": None}, "Debian 12 (bookworm)"),
        (
            {"release": "plan9", "versions": {"kernel": "6.1.0-44-vendor1"}},
            "plan9, kernel 6.1.0-44-vendor1 with iptables",
        ),
    ],
)
def test_a_machine_is_told_by_what_is_known_of_it(more: dict[str, Any], machine: str) -> None:
    (line,) = proven_lines([run(stale=False, **more)])
    assert line.render(str) == f"Proven on {machine} (2026-11-26)."


def test_a_run_of_another_course_or_of_other_states_is_stale(tmp_path: Path) -> None:
    (tmp_path / PROVEN).write_text(encode(document(run())))

    def stale(course: str = "sha256:0") -> list[bool]:
        return [one["stale"] for one in known_runs(str(tmp_path), course)]

    assert stale() == [False], "there are no states"
    assert stale("sha256:2") == [True]
    states = tmp_path / "states"
    states.mkdir()
    (states / "one.toml").write_text("")
    assert stale() == [True]
    proven_states = digest(read_state_files(str(tmp_path)))
    (tmp_path / PROVEN).write_text(encode(document(run(states_digest=proven_states))))
    assert stale() == [False]


def test_the_table_for_a_readme() -> None:
    head, _, row = readme_table([run()]).splitlines()
    assert head.count("|") == row.count("|")
    assert "| Debian 12 (bookworm) | iptables | 9.0.0 | 6.1 |" in row
    assert "| 4 of 5 | 3 of 3 | 3 of 3 |" in row


def test_the_page_of_all_checks() -> None:
    other = run("trixie", "nftables")
    other["checks"]["two/use/done"].update(after=False, refused=[2, 3], alone=True)
    other["faults"] = ["it is wrong"]
    page = proof_page(document(run(), other))
    assert "| `one/install/there` | ✓ | ✓ | ✓ | 1/1 | 1/1 | 1/1 | · | · | kept |" in page
    assert "| `one/install/works` | · | · | · | 1/1 | 1/1 | 1/1 | · | · | · |" in page
    assert "| `two/use/done` | ✓ | ✓, ✗ | ✓ | 1/1, 2/3 | 1/1 | · | ✓ | · | ✓ |" in page
    assert "* `one/install/works`: no power here." in page
    assert "* trixie nftables: it is wrong" in page


@pytest.mark.parametrize("style", [Style(), Style(plain=True), Style(ascii=True)])
def test_the_proof_on_a_terminal(style: Style) -> None:
    shown = render_proof(RESULT, {**run(), "repeated": ["two: the emulator fell"]}, str, style)
    assert "no power here" in shown
    assert "another machine" in shown
    assert "two: the emulator fell" in shown
    assert "Proven on Debian 12 (bookworm), libvirt 9.0.0 with iptables, kernel 6.1." in shown
    assert all(len(line) <= style.width for line in shown.splitlines())
    assert not style.plain or "before yes" in shown
