"""What is written is read back; damage in the middle costs the damaged line alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.journal.processes import ROOT
from tutor.course.records import CheckSpec, Course, Lesson, Step
from tutor.grading.verdict import Finding, Grade, HostFacts, Status, StepResult, Verdict
from tutor.journal.errors import JournalError
from tutor.journal.events import answer_event, check_event, course_event
from tutor.journal.journal import Journal
from tutor.journal.line import GENESIS, MAX_LINE, assemble, digest, encode
from tutor.journal.verify import verify
from tutor.text import text


def check_payload(course: str = "libvirt", **more: Any) -> dict[str, Any]:
    return {"course": {"id": course, "version": "1", "digest": "sha256:0"}, "steps": [], **more}


def damage(path: Path, number: int, line: bytes) -> None:
    lines = path.read_bytes().split(b"\n")
    lines[number - 1] = line
    path.write_bytes(b"\n".join(lines))


def test_a_missing_journal_is_empty(journal: Journal, path: Path) -> None:
    assert journal.answers() == {}
    assert journal.remembered() == {}
    assert journal.last_check() is None
    assert list(journal.entries("check")) == []
    assert journal.head() == GENESIS
    assert verify(path) == []
    assert not path.parent.exists()


def test_the_latest_answer_wins(journal: Journal) -> None:
    journal.answer("modes/compare", "advantages", ["a"])
    journal.answer("modes/compare", "folders", ["c"])
    journal.answer("install/cpu", "flags", ["x", "y"])
    journal.answer("modes/compare", "advantages", ["b", "a"])
    assert journal.answers() == {
        "modes/compare": {"advantages": ["b", "a"], "folders": ["c"]},
        "install/cpu": {"flags": ["x", "y"]},
    }


def test_the_latest_value_is_remembered(journal: Journal) -> None:
    journal.remember({"snapshot:a": {"name": "före", "created": 1}, "lease": None})
    journal.remember({"snapshot:a": {"name": "efter", "created": 2}})
    assert journal.remembered() == {"snapshot:a": {"name": "efter", "created": 2}, "lease": None}


def test_what_is_remembered_already_is_not_written_again(journal: Journal, path: Path) -> None:
    journal.remember({"a": 1, "b": [1]})
    before = path.read_bytes()
    journal.remember({"a": 1, "b": [1]})
    journal.remember({})
    assert path.read_bytes() == before
    journal.remember({"a": True, "b": [1]})  # equal in Python, another value in JSON
    assert journal.remembered() == {"a": True, "b": [1]}
    assert len(list(journal.entries("remembered"))) == 3


def test_the_last_check_of_a_course(journal: Journal) -> None:
    journal.append("check", check_payload(run=1))
    journal.append("check", check_payload("other", run=2))
    journal.answer("a/b", "q", ["x"])
    last, ours = journal.last_check(), journal.last_check("libvirt")
    assert last is not None
    assert ours is not None
    assert (last.data["run"], ours.data["run"]) == (2, 1)
    assert journal.last_check("third") is None


@pytest.mark.parametrize("filler", [0, 1000, MAX_LINE // 4, MAX_LINE - 400])
def test_long_lines_are_found_from_the_end(journal: Journal, filler: int) -> None:
    for run in range(3):
        journal.append("check", check_payload(run=run, filler="x" * filler))
    journal.append("answer", {"step": "x" * filler, "question": "q", "options": []})
    last = journal.last_check()
    assert last is not None
    assert last.data["run"] == 2
    assert [entry.data["run"] for entry in journal.entries("check")] == [0, 1, 2]


def test_a_grade_becomes_a_check_event(journal: Journal) -> None:
    step = Step(id="install/cpu", title="Processor", digest="0123456789abcdef")
    finding = Finding(Status.FAIL, text("expected"), text("observed"), code="no-vmx")
    verdict = Verdict(CheckSpec("install/cpu/flags", "cpu-flags"), {}, finding)
    lesson = Lesson("install", "t", "t", (step, Step(id="install/kvm", title="KVM", digest="ff")))
    course = Course("libvirt", "t", "1.2", "sha256:ab", "sv", {}, (lesson,))
    result = StepResult(step, Status.FAIL, 0, (verdict,))
    grade = Grade(course, {}, HostFacts(), "student", "2026-01-01T12:00:00+00:00", 0.1, (result,), "0.1.0")
    journal.append_all([check_event(grade)])
    entry = journal.last_check("libvirt")
    assert entry is not None
    assert entry.data == {
        "course": {"id": "libvirt", "version": "1.2", "digest": "sha256:ab"},
        "tool": "0.1.0",
        "started": "2026-01-01T12:00:00+00:00",
        "steps": [
            {
                "id": "install/cpu",
                "digest": "0123456789abcdef",
                "status": "fail",
                "points": 0,
                "checks": [{"id": "install/cpu/flags", "status": "fail", "code": "no-vmx"}],
            }
        ],
    }
    journal.append_all([course_event(grade)])
    assert list(journal.courses("libvirt")) == [{"install/cpu": "0123456789abcdef", "install/kvm": "ff"}]
    assert list(journal.courses("other")) == []


def test_a_course_event_of_another_shape_is_passed_over(journal: Journal) -> None:
    good = {"course": {"id": "libvirt"}, "steps": {"a/b": "1"}}
    shapes: list[dict[str, Any]] = [{}, {"steps": []}, {"steps": {"a/b": 1}}, {"course": 1}]
    journal.append_all([("course", good), *(("course", {**good, **shape}) for shape in shapes)])
    assert list(journal.courses("libvirt")) == [{"a/b": "1"}, {"a/b": "1"}]


def test_the_bytes_of_a_line(path: Path) -> None:
    journal = Journal(path, clock=lambda: "2026-01-01T12:00:00+00:00")
    journal.answer("a/å", "q", ["x"])
    journal.append("check", {})
    first, second, end = path.read_bytes().split(b"\n")
    assert first == (
        b'{"kind":"answer","schema":1,"time":"2026-01-01T12:00:00+00:00","prev":"' + b"0" * 64 + b'",'
        b'"data":{"step":"a/\\u00e5","question":"q","options":["x"]}}'
    )
    assert json.loads(second)["prev"] == digest(first)
    assert journal.head() == digest(second)
    assert end == b""


def test_the_time_is_iso_8601_in_utc(journal: Journal) -> None:
    journal.append("check", {})
    (entry,) = journal.entries("check")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", entry.time)


def test_file_and_folders_are_private(journal: Journal, path: Path) -> None:
    old = os.umask(0)
    try:
        journal.append("check", {})
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"garbage",
        b"\0" * 50,
        b"\xff\xfe",
        b"[]",
        b'{"kind":"answer",',
        b'{"kind":"answer","schema":1,"time":"t","prev":"p","data":{"step":"a/b","question":"q","options":',
        b'{"kind":"answer","schema":1,"time":"t","prev":"p","data":{"step":"a/b","question":"q","options":5}}',
        b'{"kind":"answer","data":' + b"[" * 100_000,
        b'{"kind":"answer","schema":1,"data":' + b"1" * 5000 + b"}",
        b'{"kind":"answer","schema":1,"time":"t","prev":"p","data":[]}',
        b'{"kind":"answer","schema":1,"time":"t","prev":5,"data":{}}',
        b'{"kind":"answer",' + b"x" * (MAX_LINE + 5),
        b'{"kind":"answer",' + b"x" * (2 * MAX_LINE),
    ],
)
def test_a_damaged_line_is_skipped_and_reported(journal: Journal, path: Path, garbage: bytes) -> None:
    journal.answer("a/b", "q", ["right"])
    journal.append("check", check_payload(run=1))
    journal.answer("a/c", "q", ["lost"])
    journal.append("check", check_payload(run=2))
    journal.answer("a/d", "q", ["kept"])
    damage(path, 3, garbage)
    assert journal.answers() == {"a/b": {"q": ["right"]}, "a/d": {"q": ["kept"]}}
    assert [entry.data["run"] for entry in journal.entries("check")] == [1, 2]
    damage(path, 4, b"")
    last = journal.last_check()
    assert last is not None
    assert last.data["run"] == 1
    found = verify(path)
    assert {(each.line, each.code) for each in found} >= {(4, "damaged"), (5, "chain")}
    assert 3 in {each.line for each in found}
    assert {each.line for each in found} <= {3, 4, 5}
    journal.append("check", check_payload(run=3))
    assert verify(path) == found, "the chain goes on after the damage"


def event_of(length: int) -> bytes:
    """An intact check run of so many bytes, newline not counted."""
    data = encode(check_payload(run=9))[:-1] + b',"filler":"'
    line = assemble("check", data + b'"}', "2026-01-01T12:00:00+00:00", GENESIS)
    return line[:-3] + b"x" * (length - len(line)) + line[-3:]


@pytest.mark.parametrize("extra", [0, 1, 1000, 1 << 18, MAX_LINE])
def test_a_line_that_is_too_long_is_damage_whatever_it_says(journal: Journal, path: Path, extra: int) -> None:
    """Also where its second piece, read alone, would be an event."""
    journal.append("check", check_payload(run=1))
    hidden = event_of(300)
    with path.open("ab") as file:
        file.write(event_of(MAX_LINE + extra) + b"\n")
        file.write(b"x" * (MAX_LINE + 1) + hidden + b"\n")
    runs = [1, 9] if extra == 0 else [1]
    assert [entry.data["run"] for entry in journal.entries("check")] == runs
    last = journal.last_check()
    assert last is not None
    assert last.data["run"] == runs[-1]
    second = "damaged" if extra else "chain"
    assert [(each.line, each.code) for each in verify(path)] == [(2, second), (3, "damaged")]


def test_the_memory_is_bounded(journal: Journal, path: Path) -> None:
    journal.append("check", check_payload(run=1))
    with path.open("ab") as file:
        for _ in range(30):
            file.write(b"x" * MAX_LINE)
    for read in (journal.answers, journal.last_check, journal.head, lambda: verify(path)):
        tracemalloc.start()
        read()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 6 * MAX_LINE


def test_a_later_schema_is_not_read_but_belongs_to_the_chain(journal: Journal, path: Path) -> None:
    journal.answer("a/b", "q", ["right"])
    data = b'{"step":"a/b","question":"q","options":["new"]}'
    with path.open("ab") as file:
        file.write(assemble("answer", data, "t", journal.head()).replace(b":1,", b":2,") + b"\n")
    journal.append("check", {})
    assert journal.answers() == {"a/b": {"q": ["right"]}}
    assert verify(path) == []


def test_spelling_does_not_decide_which_answer_is_the_latest(journal: Journal, path: Path) -> None:
    journal.answer("a/b", "q", ["1"])
    journal.answer("a/b", "q", ["2"])
    journal.answer("a/b", "q", ["3"])
    damage(path, 2, path.read_bytes().split(b"\n")[1].replace(b'"a/b"', b'"a/\\u0062"'))
    assert journal.answers() == {"a/b": {"q": ["3"]}}


class TestVerify:
    def breaks(self, path: Path) -> list[tuple[int, str]]:
        return [(each.line, each.code) for each in verify(path)]

    @pytest.fixture(autouse=True)
    def five(self, journal: Journal) -> None:
        for number in range(5):
            journal.answer("a/b", f"q{number}", ["x"])

    def test_an_intact_chain(self, path: Path) -> None:
        assert verify(path) == []

    def test_a_changed_line(self, path: Path) -> None:
        path.write_bytes(path.read_bytes().replace(b'"q2"', b'"q9"'))
        assert self.breaks(path) == [(4, "chain")]

    def test_a_line_taken_away(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:1] + lines[2:]))
        assert self.breaks(path) == [(2, "chain")]

    def test_the_first_line_taken_away(self, path: Path) -> None:
        path.write_bytes(path.read_bytes().partition(b"\n")[2])
        assert self.breaks(path) == [(1, "chain")]

    def test_lines_in_another_order(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
        assert self.breaks(path) == [(2, "chain"), (3, "chain"), (4, "chain")]

    def test_another_spelling(self, path: Path) -> None:
        damage(path, 5, path.read_bytes().split(b"\n")[4].replace(b'"kind":', b'"kind": '))
        assert self.breaks(path) == [(5, "rewritten")]

    def test_not_a_number(self, path: Path) -> None:
        damage(path, 5, path.read_bytes().split(b"\n")[4].replace(b'["x"]', b"[NaN]"))
        assert self.breaks(path) == [(5, "rewritten")]

    def test_a_torn_last_line(self, path: Path) -> None:
        path.write_bytes(path.read_bytes()[:-10])
        assert self.breaks(path) == [(5, "torn")]

    def test_a_break_says_where(self, path: Path) -> None:
        path.write_bytes(path.read_bytes()[:-10])
        assert verify(path)[0].what.render(str) == "Line 5 was cut short while it was written."


def test_an_event_longer_than_a_line_is_refused(journal: Journal, path: Path) -> None:
    journal.append("check", {})
    before = path.read_bytes()
    with pytest.raises(JournalError) as caught:
        journal.append("remembered", {"key": "k", "value": "x" * MAX_LINE})
    assert caught.value.code == "too-long"
    assert path.read_bytes() == before


def test_what_is_not_json_is_the_callers_fault_and_opens_nothing(journal: Journal, path: Path) -> None:
    for value in ({1, 2}, float("nan")):
        with pytest.raises((TypeError, ValueError)):
            journal.append("remembered", {"key": "k", "value": value})
    assert not path.parent.exists()


def test_the_documentation_shows_a_line_as_it_is(journal: Journal) -> None:
    document = (ROOT / "docs/journal.md").read_text(encoding="utf-8")
    example = document.partition("```json\n")[2].partition("\n```")[0]
    journal.append_all([answer_event("modes/compare", "advantages", ["a"])])
    (line,) = journal.path.read_text().splitlines()
    assert list(json.loads(example)) == list(json.loads(line))
    assert json.loads(example)["data"] == json.loads(line)["data"]
    assert all(f"| `{code}` |" in document for code in ("torn", "damaged", "rewritten", "chain"))


IMPORTS = """
import sys
before = set(sys.modules)
from pathlib import Path
from tutor.journal.journal import Journal
journal = Journal(Path(sys.argv[1]))
journal.answers(), journal.remembered(), journal.last_check()
print(*sorted(set(sys.modules) - before))
"""


def test_reading_imports_little(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-c", IMPORTS, str(tmp_path / "journal.jsonl")]
    imported = set(subprocess.check_output(command, cwd=ROOT, text=True).split())
    heavy = {
        *(
            "asyncio",
            "logging",
            "typer",
            "click",
            "rich",
            "lxml",
            "libvirt",
            "msgspec",
            "markdown_it",
            "tomllib",
        ),
        *("tomli", "subprocess", "shlex", "hashlib", "datetime", "tempfile", "random", "socket", "decimal"),
        *("tutor.journal.verify", "tutor.config", "tutor.course.records", "tutor.grading.verdict"),
    }
    assert imported & heavy == set()
