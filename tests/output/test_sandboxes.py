"""The list of sandboxes, as text and as JSON."""

from __future__ import annotations

import json

from jsonschema import validate

from tests.output.schemas import sandbox_schema
from tutor.output.sandboxes import render_sandboxes, sandboxes_document
from tutor.output.style import Style
from tutor.sandbox.condition import Condition
from tutor.sandbox.looking import Row
from tutor.text import Text

MIB = 1024 * 1024
ROWS = [
    Row("demo", "trixie", "ssh", Condition("running"), "2026-01-01T12:00:00+00:00", 12 * MIB),
    Row("lab", "bookworm", "bare", Condition("broken", Text("half gone"), "delete"), None, 0),
    Row("other", None, None, Condition("foreign", Text("evil\x1b[2J is not ours")), None, 512 * 1024),
]


def test_a_table_and_what_is_wrong() -> None:
    lines = render_sandboxes(ROWS, str, Style(80)).splitlines()
    assert lines[0].split() == ["name", "release", "packages", "state", "since", "disk"]
    assert lines[2].split()[:4] == ["demo", "trixie", "installed", "running"]
    assert lines[2].endswith("12.0 MiB")
    assert lines[3].split() == ["lab", "bookworm", "to", "install", "broken", "0.0", "MiB"]
    assert lines[6:8] == ["lab: half gone", "    tutor sandbox delete lab"]
    assert "\x1b" not in "".join(lines)


def test_words_alone_for_screen_readers() -> None:
    lines = render_sandboxes(ROWS[:1], str, Style(80, plain=True)).splitlines()
    assert lines[0] == "demo"
    assert "  state: running" in lines


def test_none_says_how_to_make_one() -> None:
    assert render_sandboxes([], str, Style(80)) == "There is no sandbox. Make one: tutor sandbox create\n"


def test_the_document_is_as_its_schema_says() -> None:
    document = json.loads(sandboxes_document(ROWS, str, "1.0"))
    validate(document, sandbox_schema())
    assert [row["command"] for row in document["sandboxes"]] == [None, "tutor sandbox delete lab", None]
    assert [row["ready"] for row in document["sandboxes"]] == [True, False, None]
