from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.output.grades import every_outcome, grade, grades, literal, verdict
from tutor.course.records import CheckSpec, Step
from tutor.grading.outcome import step_result, summary
from tutor.grading.verdict import Finding, Grade, Status, Verdict
from tutor.output.json_document import milliseconds, render
from tutor.output.style import Style
from tutor.text import text

ORDER = {
    "": "schema tool course host user started duration_ms summary steps",
    "tool": "name version",
    "course": "id version digest variables",
    "host": "id os kernel libvirt qemu kvm firewall",
    "summary": "pass fail blocked unknown skip points max_points",
}
STEP = "id lesson title optional status points max_points checks"
CHECK = "id check params status code expected observed why hint fix note needs blocked_by duration_ms"


@cache
def validator() -> Draft202012Validator:
    schema = json.loads(files("tutor.output").joinpath("schema/check-1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def document(graded: Grade) -> Any:
    return json.loads(render(graded, str, Style()))


def test_the_schema_allows_nothing_else() -> None:
    def objects(schema: Any) -> list[Any]:
        if isinstance(schema, dict):
            own = [schema] if "properties" in schema and "type" in schema else []
            return own + [each for value in schema.values() for each in objects(value)]
        return []

    found = objects(validator().schema)
    assert len(found) == 7
    assert all(each["additionalProperties"] is False for each in found)
    assert all(list(each["properties"]) == each["required"] for each in found)


def test_output_is_of_the_schema_and_in_its_order() -> None:
    made = document(every_outcome())
    validator().validate(made)
    for name, keys in ORDER.items():
        assert " ".join(made[name] if name else made) == keys
    assert {" ".join(step) for step in made["steps"]} == {STEP}
    assert {" ".join(check) for step in made["steps"] for check in step["checks"]} == {CHECK}


@given(grades())
def test_hostile_values_come_back_as_they_were(graded: Grade) -> None:
    written = render(graded, str, Style())
    assert written.isascii()
    made = json.loads(written)
    validator().validate(made)
    json.dumps(made, ensure_ascii=False).encode()  # no lone surrogate is left
    titles = [step.step.title for step in graded.steps]
    for title, step in zip(titles, made["steps"], strict=True):
        assert step["title"] == title.encode("utf-8", "backslashreplace").decode()


def test_what_is_absent_is_null() -> None:
    bare = verdict("a/b/c", Status.UNKNOWN, None, expected=None, why=text(""))
    made = document(grade(step_result(Step("a/b", "title"), [bare])))
    check = made["steps"][0]["checks"][0]
    assert [check[name] for name in ("expected", "observed", "why", "hint", "note", "blocked_by")] == [
        None
    ] * 6
    assert check["fix"] == []
    assert made["steps"][0]["points"] is None


def test_texts_are_in_the_chosen_language() -> None:
    failed = verdict("a/b/c", Status.FAIL, "sudo", code="no", why=text("Why not {name}?", name="x"))
    graded = grade(step_result(Step("a/b", "title"), [failed]))
    swedish = {"Why not {name}?": "Varför inte {name}?"}
    made = json.loads(render(graded, lambda message: swedish.get(message, message), Style()))
    assert made["steps"][0]["checks"][0]["why"] == "Varför inte x?"


def test_a_command_with_bytes_that_are_no_text_still_runs() -> None:
    failed = verdict("a/b/c", Status.FAIL, "no", code="no", fix=("rm 'a\udcff'", "rm 'a\x1b'"))
    made = document(grade(step_result(Step("a/b", "title"), [failed])))
    assert made["steps"][0]["checks"][0]["fix"] == [r"rm $'a\xff'", "rm 'a\x1b'"]


def test_parameters_of_any_kind_are_json() -> None:
    params = {"list": ("a", 1), "none": None, "true": True, "real": 0.5, "nan": float("nan"), "odd": {1}}
    finding = Finding(Status.PASS, literal("x"))
    found = Verdict(CheckSpec("a/b/c", "check"), params, finding)
    made = document(grade(step_result(Step("a/b", "title"), [found])))
    assert made["steps"][0]["checks"][0]["params"] == {
        "list": ["a", 1],
        "none": None,
        "true": True,
        "real": 0.5,
        "nan": None,
        "odd": "{1}",
    }


def test_the_sums_are_those_of_the_steps() -> None:
    graded = every_outcome()
    made = document(graded)
    assert made["summary"]["points"] == sum(step["points"] or 0 for step in made["steps"])
    assert made["summary"]["max_points"] == sum(step["max_points"] for step in made["steps"])
    assert made["summary"]["fail"] == summary(graded).counts[Status.FAIL]


@pytest.mark.parametrize(
    ("seconds", "whole"), [(0.0125, 12), (1.9996, 2000), (-1.0, 0), (float("nan"), 0), (float("inf"), 0)]
)
def test_durations_are_whole_milliseconds(seconds: float, whole: int) -> None:
    assert milliseconds(seconds) == whole
