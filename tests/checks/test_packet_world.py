"""The same rules and machine are the same objects; nothing of one machine gets into another's verdict."""

from __future__ import annotations

import json
import re

from tests.handin.samples import the_course
from tests.report.generate import make
from tests.report.outcomes import OUTCOMES
from tutor.grading.verdict import Finding, Grade
from tutor.handin.format import canonical
from tutor.handin.judge import judge
from tutor.handin.read import Refusal, read
from tutor.packetpath import remembered

PACKETS = ("networks/port-forward/forward", "networks/isolated/sealed")


def graded(line: bytes) -> Grade:
    given = read(line)
    assert not isinstance(given, Refusal)
    return judge(given, *the_course())


def findings(grade: Grade) -> dict[str, Finding]:
    return {
        verdict.spec.id: verdict.finding
        for step in grade.steps
        for verdict in step.verdicts
        if verdict.spec.id in PACKETS
    }


def forgotten(line: bytes) -> dict[str, Finding]:
    """What is found by somebody who has met no other machine."""
    from checks import packet_world

    remembered._known.clear()
    packet_world._rulesets.clear()
    packet_world._worlds.clear()
    packet_world._first.clear()
    return findings(graded(line))


def test_whoever_was_judged_before_changes_nothing() -> None:
    lines = {name: make(number, name=name).line for number, name in enumerate(OUTCOMES)}
    alone = {name: forgotten(line) for name, line in lines.items()}
    for name in [*OUTCOMES, *reversed(OUTCOMES)]:
        assert findings(graded(lines[name])) == alone[name]


def renumbered(line: bytes, times: int, more: int) -> bytes:
    """The same rules, as a kernel would number them that has seen more of them come and go."""
    document = json.loads(line)
    found = document["recording"]["observations"]["firewall[]"]
    number = re.compile(r'("handle": |# handle )([0-9]+)')
    told = number.sub(lambda one: f"{one[1]}{int(one[2]) * times + more}", json.dumps(found))
    document["recording"]["observations"]["firewall[]"] = json.loads(told)
    return canonical(document)


def test_rules_with_other_numbers_come_to_the_same_and_keep_their_own_numbers() -> None:
    for number, name in enumerate(OUTCOMES):
        line = make(number, name=name).line
        others = [renumbered(line, times, more) for times, more in ((1, 7), (3, 0), (2, 900))]
        alone = [forgotten(other) for other in others]
        forgotten(line)
        assert [findings(graded(other)) for other in others] == alone


def test_a_rule_that_lets_out_is_named_by_its_own_number() -> None:
    document = json.loads(make(0, name="done").line)
    rules = document["recording"]["observations"]["firewall[]"]["value"]["json"]["nftables"]
    for entry in rules:
        if "rule" in entry and entry["rule"]["chain"] == "LIBVIRT_FWO":
            entry["rule"]["expr"] = [{"accept": None}]
    lines = [renumbered(canonical(document), 1, more) for more in (0, 50)]
    alone = [forgotten(line) for line in lines]
    assert [findings(graded(line)) for line in (*lines, *lines)] == [*alone, *alone]
    fixes = [one["networks/isolated/sealed"].fix for one in alone]
    assert fixes[0] != fixes[1]
    assert all("handle" in " ".join(fix) for fix in fixes)


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
