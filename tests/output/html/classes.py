"""Classes for the pages: an ordinary one, one as large as they come, and one that is hostile throughout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from tests.report.generate import make, student, write, write_roster
from tests.report.reports import reported
from tutor.handin.format import canonical
from tutor.report.hand_in import Source
from tutor.report.records import Report
from tutor.report.roster import read_roster
from tutor.report.standing import environments

OUTCOMES = (
    *("done", "done-debian-13", "done-ubuntu", "no-sudo", "no-sudo-ubuntu", "halfway", "quiz-wrong"),
    *("fresh", "wrong-memory-and-card", "small-disk", "network-stopped"),
)

#: The canary that each of these would set, were it executed; and a host that each of them would ask.
CANARY = "globalThis.canary = 1"
HOSTILE = (
    f"<script>{CANARY}; alert(1)</script>",
    f'"><img src="https://evil.example/x" onerror="{CANARY}">',
    f"'><svg onload='{CANARY}'><title>",
    "</title></style><style>* { display: none }</style>",
    f"javascript:{CANARY}",
    f'<a href="javascript:{CANARY}" autofocus onfocus="{CANARY}">',
    '<iframe src="https://evil.example/"></iframe><base href="https://evil.example/">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0; url=https://evil.example/">',
    "\u202egnitirw\u2066\u200b\u2028\x1b]0;title\x07\x00",
    '=HYPERLINK("https://evil.example/", "points")',
    "{{ 7 * 7 }}{% raw %}{message}",
    "--><!-- ]]> &lt;b&gt; &#60;",
    "../../../etc/passwd\ud800",
)
#: Fields whose values are a few words of ours, whatever a hand-in says.
OURS = {"report", "language", "status", "state", "late_by", "platform", "signature"}


def ordinary(folder: Path) -> Report:
    """A hand-in of each kind, one that is none, and somebody who handed nothing in."""
    hand_ins = folder / "hand-ins"
    hand_ins.mkdir()
    for number, name in enumerate(OUTCOMES):
        write(hand_ins, number, name=name)
    _make_hostile(hand_ins / make(0).file_name)
    (hand_ins / "broken.tutor").write_text("no hand-in\n")
    roster = folder / "roster.csv"
    write_roster(roster, [student(number) for number in range(len(OUTCOMES) + 1)])
    return reported(hand_ins, roster=read_roster(roster))


def _make_hostile(hand_in: Path) -> None:
    """Have the student be in groups that are called what no group should be."""
    document = json.loads(hand_in.read_bytes())
    user = document["recording"]["observations"]["user[]"]["value"]
    user["groups"] += [one.replace("\ud800", "") for one in HOSTILE]
    hand_in.write_bytes(canonical(document))


def large(report: Report, count: int) -> Report:
    """The same students over and over, each time with another name and key."""
    handed_in = [one for one in report.students if one.hand_in is not None]
    # What was observed is not read back 3,000 times: such a page is looked at in the ordinary class.
    elsewhere = [replace(one.hand_in, source=Source("", "")) for one in handed_in if one.hand_in]
    students = tuple(
        replace(
            handed_in[number % len(handed_in)],
            key=student(number).id,
            name=student(number).name,
            hand_in=elsewhere[number % len(handed_in)],
        )
        for number in range(count)
    )
    hand_ins = [one.hand_in for one in students if one.hand_in is not None]
    return replace(report, students=students, environments=environments(hand_ins, report.course))


def hostile(report: Report) -> Report:
    """Every text of the report, made hostile; what belonged together still does."""
    return msgspec.convert(_hostile(msgspec.to_builtins(report)), Report)


def _hostile(value: Any, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _hostile(each, name) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hostile(each, field) for each in value]
    if isinstance(value, str) and field not in OURS:
        return f"{HOSTILE[sum(value.encode()) % len(HOSTILE)]} {value}"
    return value


def texts(value: Any) -> Iterator[str]:
    """All texts of a record."""
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, (dict, list, tuple)):
            yield from texts(each)
        elif isinstance(each, str):
            yield each
