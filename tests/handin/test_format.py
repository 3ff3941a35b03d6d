"""The JSON Schema says what the reader holds a payload to."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest

from tests.handin.samples import NAMES, line_of
from tests.handin.schema import SCHEMA, spelt
from tutor.handin.format import canonical
from tutor.handin.read import Refusal, read


def test_the_schema_is_that_of_the_records() -> None:
    assert SCHEMA.read_text() == spelt(), "python -m tests.handin.schema writes it anew"
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_fits_it(name: str) -> None:
    jsonschema.validate(json.loads(line_of(name, [b"{}"])), json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("made",), "now"),
        (("schema",), 2),
        (("more",), 1),
        (("student", "name"), 7),
        (("claim", "summary", "points"), -1),
        (("claim", "steps", "install/cpu", "status"), "great"),
        (("claim", "steps", "install/cpu", "points"), "1"),
        (("journal", "lines"), [1]),
        (("recording", "observations"), []),
    ],
)
def test_schema_and_reader_refuse_the_same(place: tuple[str, ...], value: Any) -> None:
    document = copy.deepcopy(json.loads(line_of("fresh")))
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert isinstance(read(canonical(document)), Refusal)
