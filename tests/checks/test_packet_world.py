"""The same rules and machine are the same objects; nothing of one machine gets into another's verdict."""

from __future__ import annotations

import json

from tests.handin.samples import the_course
from tests.report.generate import make
from tests.report.outcomes import OUTCOMES
from tutor.grading.verdict import Grade
from tutor.handin.format import canonical
from tutor.handin.judge import judge
from tutor.handin.read import Refusal, read
from tutor.packetpath import remembered

PACKETS = ("networks/port-forward/forward", "networks/isolated/sealed")


def graded(line: bytes) -> Grade:
    given = read(line)
    assert not isinstance(given, Refusal)
    return judge(given, *the_course())


def findings(grade: Grade) -> dict[str, object]:
    return {
        verdict.spec.id: verdict.finding
        for step in grade.steps
        for verdict in step.verdicts
        if verdict.spec.id in PACKETS
    }


def forgotten(line: bytes) -> dict[str, object]:
    """What is found by somebody who has met no other machine."""
    from checks import packet_world

    remembered._known.clear()
    packet_world._rulesets.clear()
    packet_world._worlds.clear()
    return findings(graded(line))


def test_whoever_was_judged_before_changes_nothing() -> None:
    lines = {name: make(number, name=name).line for number, name in enumerate(OUTCOMES)}
    alone = {name: forgotten(line) for name, line in lines.items()}
    for name in [*OUTCOMES, *reversed(OUTCOMES)]:
        assert findings(graded(lines[name])) == alone[name]


def test_a_small_difference_is_another_machine() -> None:
    line = make(0, name="done").line
    before = findings(graded(line))
    for key, value in (
        ('sysctl["net.ipv4.ip_forward"]', "0"),
        ("firewall[]", {"json": {"nftables": []}, "text": "", "saved": "", "legacy": []}),
        ("links[]", []),
    ):
        document = json.loads(line)
        document["recording"]["observations"][key]["value"] = value
        changed = canonical(document)
        found = findings(graded(changed))
        assert found != before
        assert found == forgotten(changed)
        assert findings(graded(line)) == before
