"""What doctor found, as text and as JSON."""

from __future__ import annotations

import json

from jsonschema import validate

from tests.output.schemas import doctor_schema
from tutor.doctor.findings import Diagnosis, advice, problem, unknown
from tutor.grading.verdict import HostFacts
from tutor.output.diagnosis import render_diagnosis, render_document, render_outcome
from tutor.output.style import Style
from tutor.text import Text, text

SENTENCE = Text("The ports are free.")
BAD = problem(
    "port-53-taken",
    Text("{who} has it", {"who": "evil\x1b[2J\u202e"}),
    why=Text("so it is"),
    hint=Text("look"),
    fix=["sudo systemctl disable --now named.service"],
)
SOME = advice("some", Text("slow"))
DOUBT = unknown("timed-out", Text("no answer"))
FOUND = (
    Diagnosis("ports", SENTENCE, (BAD, SOME)),
    Diagnosis("clock", SENTENCE, seen=Text("noon")),
    Diagnosis("kvm", SENTENCE, reason=Text("not here")),
    Diagnosis("sudo", SENTENCE, (DOUBT,)),
)
RUN = {"user": "student", "started": "2026-01-01T12:00:00+00:00", "duration": 1.5, "acted": True}


def shown(diagnosis: Diagnosis, **style: bool) -> str:
    return render_diagnosis(diagnosis, 5, str, Style(80, **style))


def test_a_problem_in_words() -> None:
    assert shown(FOUND[0]) == (
        "ports  ✗ problem\n"
        "    observed: evil\\x1b[2J\\u202e has it\n"
        "    why: so it is\n"
        "    hint: look\n"
        "    fix:\n"
        "        sudo systemctl disable --now named.service\n"
        "    advice: slow\n"
    )


def test_the_others_are_a_line_each() -> None:
    assert shown(FOUND[1]) == "clock  ✓ well\n"
    assert shown(FOUND[2]) == "kvm    - not asked\n    reason: not here\n"
    assert shown(FOUND[3]) == "sudo   ? unknown\n    reason: no answer\n"


def test_everything_about_what_is_well() -> None:
    assert shown(FOUND[1], verbose=True) == (
        "clock  ✓ well\n    expected: The ports are free.\n    observed: noon\n"
    )


def test_plain_has_words_alone() -> None:
    said = shown(FOUND[0], plain=True, ascii=True)
    assert said.startswith("ports: problem\n")
    assert said.isascii()


def outcome(*found: Diagnosis, acted: bool = True) -> str:
    return render_outcome(found, str, Style(80), acted=acted)


def test_what_it_comes_to() -> None:
    assert outcome(*FOUND).splitlines()[0] == "Problems: 1"
    assert "not everything could be looked at" in outcome(FOUND[1], FOUND[3])
    assert outcome(FOUND[1], FOUND[2]) == "This machine carries the course.\n"
    assert "carries" not in outcome(FOUND[1], acted=False)


def test_the_document() -> None:
    found = json.loads(render_document(FOUND, frozenset({"kvm"}), HostFacts(), RUN, str))
    validate(found, doctor_schema())
    assert found["summary"] == {"well": 1, "problem": 1, "unknown": 1, "skipped": 1, "advice": 1}
    assert [one["acts"] for one in found["probes"]] == [False, False, True, False]
    assert found["probes"][0]["findings"][0]["code"] == "port-53-taken"
    assert found["probes"][0]["advice"][0]["code"] == "some"
    assert found["probes"][3]["findings"][0]["severity"] == "unknown"
    assert found["duration_ms"] == 1500


def test_messages_are_translated() -> None:
    said = render_diagnosis(Diagnosis("a", text("well")), 1, {"well": "bra"}.get, Style(80))  # type: ignore[arg-type]
    assert said == "a  ✓ bra\n"
