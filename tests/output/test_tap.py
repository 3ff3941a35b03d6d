"""Read back by two others: tap.py for the points, PyYAML (by tap.py) for the diagnostics."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from tap.line import Result  # type: ignore[import-untyped]
from tap.parser import Parser  # type: ignore[import-untyped]

from tests.output.grades import HOSTILE, every_outcome, findings, grade, grades, optional, verdict
from tutor.course.records import CheckSpec, Step
from tutor.grading.outcome import step_result
from tutor.grading.verdict import Finding, Grade, Status, Verdict
from tutor.output.style import Style
from tutor.output.tap import render

IDS = st.from_regex("[a-z][a-z0-9-]{0,8}", fullmatch=True)
#: A test point as the specification has it, with its escapes (tap.py knows none).
POINT = re.compile(r"(not )?ok ([0-9]+) - ((?:[^\\#]|\\[\\#])*?)(?: # (SKIP|TODO)(?: (?:[^\\#]|\\[\\#])+)?)?")
OK = {Status.PASS, Status.SKIP}


def points(graded: Grade) -> list[Result]:
    lines = Parser().parse_text(render(graded, str, Style()))
    return [line for line in lines if line.category == "test"]


def verdicts(graded: Grade) -> list[Verdict]:
    return [verdict for step in graded.steps for verdict in step.verdicts]


@given(grades(IDS))
def test_another_reader_finds_the_same_points(graded: Grade) -> None:
    lines = list(Parser().parse_text(render(graded, str, Style())))
    assert {line.category for line in lines} <= {"version", "plan", "test", "diagnostic"}
    read = [line for line in lines if line.category == "test"]
    assert [(point.number, point.ok) for point in read] == [
        (number, found.status in OK) for number, found in enumerate(verdicts(graded), 1)
    ]
    assert [point.description for point in read] == [f"- {found.spec.id}" for found in verdicts(graded)]


@given(grades())
def test_hostile_ids_forge_no_line(graded: Grade) -> None:
    version, plan, *lines = render(graded, str, Style()).split("\n")[:-1]
    assert version == "TAP version 14"
    assert re.fullmatch(f"1\\.\\.{len(verdicts(graded))}( # SKIP .*)?", plan)
    kinds = [line for line in lines if not line.startswith(("  ", "# "))]
    matches = [POINT.fullmatch(line) for line in kinds]
    assert [match and int(match[2]) for match in matches] == list(range(1, len(verdicts(graded)) + 1))
    assert all(line.isprintable() or "\u00a0" in line for line in lines)


@given(st.sampled_from(Status).flatmap(findings))
def test_yaml_gives_the_values_back(finding: Finding) -> None:
    found = Verdict(
        CheckSpec("a/b/c", "check"), {}, finding, "x/y/z" if finding.status is Status.BLOCKED else None
    )
    (point,) = points(grade(step_result(Step("a/b", "title"), [found])))
    told = point.yaml_block or {}
    for name, message in (("message", finding.observed), ("why", finding.why), ("note", finding.note)):
        if message is not None and (name == "note" or finding.status not in OK):
            assert told[name] == _as_unicode(message.render(str))
    if finding.fix:
        assert told["fix"] == [_as_unicode(command) for command in finding.fix]


def _as_unicode(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode()


def test_each_outcome_has_its_line() -> None:
    lines = [
        line for line in render(every_outcome(), str, Style()).split("\n") if re.match("(not )?ok", line)
    ]
    assert lines == [
        "ok 1 - install/cpu/flag",
        "ok 2 - install/libvirt/programs",
        "not ok 3 - install/libvirt/group",
        "not ok 4 - install/libvirt/open",
        "not ok 5 - install/libvirt/daemon",
        "ok 6 - install/libvirt/polkit # SKIP this machine has no polkit",
        "not ok 7 - snapshots/tree/shape",
        "not ok 8 - snapshots/gui/window # TODO optional",
    ]


def test_the_diagnostics_tell_a_fault_of_the_tool_from_one_of_the_machine() -> None:
    told = {point.description: point.yaml_block or {} for point in points(every_outcome())}
    assert told["- install/libvirt/group"]["severity"] == "fail"
    assert told["- install/libvirt/daemon"]["severity"] == "error"
    assert told["- install/libvirt/daemon"]["status"] == "unknown"
    assert told["- install/libvirt/open"]["blocked_by"] == "install/libvirt/group"
    assert told["- snapshots/tree/shape"]["message"].startswith("snap1\n└── snap2")


@given(HOSTILE)
def test_a_skip_reason_stays_on_its_line(reason: str) -> None:
    skipped = verdict("a/b/c", Status.SKIP, reason, code="no")
    (point,) = points(grade(step_result(Step("a/b", "title"), [skipped])))
    assert point.ok
    assert point.skip


def test_an_optional_failure_is_a_todo() -> None:
    (point,) = points(grade(optional()))
    assert point.todo
    assert not point.ok


def test_hash_and_backslash_are_escaped() -> None:
    odd = verdict("a/b/#1\\", Status.PASS)
    assert "ok 1 - a/b/\\#1\\\\\n" in render(grade(step_result(Step("a/b", "t"), [odd])), str, Style())


def test_nothing_selected_is_a_skipped_plan() -> None:
    assert render(grade(), str, Style()) == "TAP version 14\n1..0 # SKIP nothing was selected\n"
