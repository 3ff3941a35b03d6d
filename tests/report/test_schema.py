"""A report is what its schema says, and the schema is made from the records."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.report.generate import write_class
from tests.report.reports import reported
from tutor.report.exports.aim import Aim
from tutor.report.exports.json_document import render
from tutor.report.records import Report
from tutor.report.schema import PATH, content, schema


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("class")
    return reported(write_class(folder, 8))


def test_the_file_is_made_from_the_records() -> None:
    assert PATH.read_text() == content()


def test_a_report_fits_its_schema(small: Report) -> None:
    document = json.loads("".join(render(small, Aim(str, ""))))
    jsonschema.validate(document, schema())
    assert len(document["students"]) == 8
    assert {student["hand_in"]["points"] for student in document["students"]} != {0}


def test_what_is_no_report_does_not_fit(small: Report) -> None:
    document = json.loads("".join(render(small, Aim(str, ""))))
    document["students"][0]["hand_in"]["points"] = "many"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())


def test_every_judgement_is_that_of_the_student_itself(small: Report) -> None:
    assert not [one.hand_in.differences for one in small.students if one.hand_in and one.hand_in.differences]
