"""What a watch tells: lines for people, plain or not, and lines of JSON that are what the schema says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.output.grades import OBSERVED_TREE, grade, verdict
from tutor.course.records import Step
from tutor.grading.changes import changes
from tutor.grading.outcome import step_result
from tutor.grading.verdict import Grade, Status
from tutor.output import watching_json
from tutor.output.cells import cells
from tutor.output.style import Style
from tutor.output.watching import render_change, render_state
from tutor.output.watching_json import change_line, state_line

SCHEMA = json.loads((Path(watching_json.__file__).parent / "schema" / "watch-1.json").read_text())
NOW = "2026-01-01T12:00:00.000+01:00"
STATUS = st.sampled_from(list(Status))


def graded(*stands: tuple[Status, str | None]) -> Grade:
    checks = [
        verdict(f"n/iso/{name}", status, observed, code=None if status is Status.PASS else "inactive")
        for name, (status, observed) in zip("abc", stands, strict=False)
    ]
    return grade(step_result(Step("n/iso", "Isolated"), checks))


def told(before: Grade, after: Grade, style: Style | None = None) -> str:
    return "".join(
        render_change(change, after, "14:05:12", str, style or Style()) for change in changes(before, after)
    )


GREEN, RED = (Status.PASS, "it runs"), (Status.FAIL, "it is stopped")


def test_a_step_that_is_done() -> None:
    assert told(graded(RED, GREEN), graded(GREEN, GREEN)) == "14:05:12 ✓ n/iso is done: Isolated (1 of 1)\n"


def test_a_step_that_was_done_says_what_is_now() -> None:
    assert told(graded(GREEN, GREEN), graded(RED, GREEN)) == "14:05:12 ✗ n/iso was done; now: it is stopped\n"


def test_a_check_of_a_step_that_is_not_done() -> None:
    assert told(graded(RED, RED), graded(GREEN, RED)) == "14:05:12 ✓ n/iso/a: pass\n"
    assert (
        told(graded(GREEN, RED), graded(RED, RED)) == "14:05:12 ✗ n/iso/a was passing; now: it is stopped\n"
    )


def test_what_waits_for_something_else_is_not_told() -> None:
    blocked = (Status.BLOCKED, "not looked at")
    assert told(graded(GREEN, GREEN, RED), graded(RED, blocked, RED)).count("\n") == 1


def test_a_drawing_stands_below() -> None:
    lines = told(graded(GREEN), graded((Status.FAIL, OBSERVED_TREE))).splitlines()
    assert lines[0] == "14:05:12 ✗ n/iso was done; now:"
    assert [line.strip() for line in lines[1:]] == [line.strip() for line in OBSERVED_TREE.splitlines()]


def test_plain_is_words_only() -> None:
    plain = Style(plain=True, ascii=True)
    assert told(graded(RED), graded(GREEN), plain) == "14:05:12 n/iso is done: Isolated (1 of 1)\n"
    assert "n/iso  Isolated: pass" in render_state(graded(GREEN), str, plain)
    assert render_state(graded(GREEN), str, plain).isascii()


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_too_wide(width: int) -> None:
    long = "it is " + "very " * 60 + "stopped"
    style = Style(width=width)
    document = told(graded(GREEN), graded((Status.FAIL, long)), style) + render_state(graded(RED), str, style)
    assert max(map(cells, document.splitlines())) <= width


@given(st.text(max_size=80))
def test_nothing_hostile_reaches_a_terminal(observed: str) -> None:
    document = told(graded(GREEN), graded((Status.FAIL, observed)), Style(colour=False))
    assert all(line.isprintable() for line in document.replace("\xa0", " ").splitlines())


@given(
    st.lists(STATUS, min_size=3, max_size=3), st.lists(STATUS, min_size=3, max_size=3), st.text(max_size=30)
)
def test_lines_of_json_are_what_the_schema_says(
    before: list[Status], after: list[Status], observed: str
) -> None:
    old, new = (graded(*((status, observed) for status in stands)) for stands in (before, after))
    lines = [state_line(old, NOW), *(change_line(one, new, NOW, str) for one in changes(old, new))]
    for line in lines:
        assert line.endswith("\n")
        assert line.count("\n") == 1
        assert line.isascii()
        jsonschema.validate(json.loads(line), SCHEMA)
    assert [json.loads(line)["event"] for line in lines] == ["state", *(["change"] * (len(lines) - 1))]
