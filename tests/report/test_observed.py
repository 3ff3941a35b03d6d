"""What verdicts rest on is read back from the hand-in, cut and on bounded lines."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.report.generate import make
from tests.report.reports import reported
from tutor.handin.format import canonical
from tutor.language import translator
from tutor.report.hand_in import HandIn
from tutor.report.observed import LONGEST, MOST, Observations, told


def handed_in(path: Path) -> HandIn:
    (student,) = reported(path).students
    assert student.hand_in is not None
    return student.hand_in


def test_everything_that_a_verdict_rests_on_has_its_answer(tmp_path: Path) -> None:
    (tmp_path / "one.tutor").write_bytes(make(0, name="no-sudo").line)
    one = handed_in(tmp_path)
    with Observations(translator("en")) as observations:
        found = observations.of(one)
    assert found['sysctl["net.ipv4.ip_forward"]'] == "1"
    assert "state: running" in found['libvirt.domain["qemu:///system","vm-nat"]']
    assert found["firewall[]"] == "not-permitted: sudo was refused"
    asked = {name for step in one.steps for check in step.checks for name in check.evidence}
    missing = {name for name in asked if not found.get(name)}
    # What was never asked on that machine has no answer: then the verdict is that it was not recorded.
    assert not missing, missing


def test_in_an_archive_too(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("one.tutor", make(0, name="fresh").line)
    with Observations(translator("en")) as observations:
        assert observations.of(handed_in(tmp_path / "class.zip"))["user[]"].startswith("groups: [")


@pytest.mark.parametrize("meanwhile", [b"", b"{}\n", make(1, name="fresh").line, None])
def test_a_file_that_is_another_now_shows_nothing(tmp_path: Path, meanwhile: bytes | None) -> None:
    path = tmp_path / "one.tutor"
    path.write_bytes(make(0, name="fresh").line)
    one = handed_in(tmp_path)
    path.unlink() if meanwhile is None else path.write_bytes(meanwhile)
    with Observations(translator("en")) as observations:
        assert observations.of(one) == {}


def test_long_answers_are_cut_and_said_to_be() -> None:
    assert told("x" * (LONGEST + 5)) == "x" * LONGEST + " ... (+5)"
    lines = told(list(range(MOST + 3))).split("\n")
    assert (len(lines), lines[-1]) == (MOST + 1, "... (+3)")
    assert told({"a": [1, {"b": None}], "c": "two\nlines"}) == 'a: [1, {"b": null}]\nc: two lines'
    values: list[object] = [None, [], {}, False, "", 0]
    assert [told(value) for value in values] == ["null", "[]", "{}", "false", "", "0"]


def test_a_question_may_be_called_anything(tmp_path: Path) -> None:
    document = json.loads(make(0, name="fresh").line)
    seen = document["recording"]["observations"]
    failure = {"reason": "no", "fix": 3, "message": ["{x}"], "values": None}
    seen.update({"[[[": {"failure": failure}, 'x["\\u0000': {"value": "<b>"}, "\x1b[2J": {}})
    (tmp_path / "one.tutor").write_bytes(canonical(document))
    with Observations(translator("en")) as observations:
        found = observations.of(handed_in(tmp_path))
    assert found['x["\\u0000'] == "<b>"
    assert found["[[["].startswith("malformed: ")
    assert found["\x1b[2J"] == "null"
