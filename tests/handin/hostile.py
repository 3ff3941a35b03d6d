"""Hand-ins that somebody has made by hand, and what has to hold of whatever is made of them."""

from __future__ import annotations

import copy
import io
import json
import random
import time
from functools import cache
from typing import Any
from unittest.mock import patch

from tests.handin.samples import graded, line_of, recorded, the_course
from tutor.grading.verdict import Grade
from tutor.handin.chain import chain, digests
from tutor.handin.format import HandIn, canonical
from tutor.handin.judge import differences, judge, other_numbers
from tutor.handin.read import Refusal, read
from tutor.handin.reduce import reduce
from tutor.output.interface import FORMATS, find
from tutor.output.style import Style

#: Seconds that one hand-in may take from its bytes to its documents, on a machine with much else to do.
LIMIT = 20.0

#: What terminals, pages, spreadsheets, shells and parsers stumble over.
HOSTILE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53, 2**63 - 1, 10**18, -(10**18), 0.5, 1e308, -0.0),
    *("", " ", "\x00", "\x1b[2J\x1b]0;x\x07", "\u202e", "\u2028", "\x7f\x9b31m", "\ud800", "é" * 50),
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title>", "&#x3c;", "]]>", "<!--"),
    *("=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1", "{expected}", "{observed.__class__}", "%s%n"),
    *("$(reboot)", "`reboot`", "'; rm -rf ~; '", "-rf", "--", "../../etc/passwd", "/dev/zero", "con", "a\nb"),
    *("9" * 30, "1e999", "NaN", "0x10", "2026-13-45T99:99:99+99:99", "9999-12-31T23:59:59-23:59"),
    *(
        "<a>" * 300,
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<domain/>",
        "<network/>",
        "(a+)+$",
        "a" * 5000,
    ),
    *([], {}, [[]], [None], {"": None}, {"value": {}}, [1, "a", None], {"a": {"a": {"a": {}}}}),
    json.loads("[" * 40 + "]" * 40),
    list(range(200)),
)


@cache
def seeds() -> tuple[bytes, ...]:
    """Honest payloads, reduced as tutor submit does."""
    journal = [
        b'{"kind":"answer","schema":1,"time":"2026-01-01T12:00:00+00:00","prev":"%s","data":{}}' % (b"0" * 64)
    ]
    course, _ = the_course()
    return tuple(
        line_of(name, journal, recording=reduce(recorded(name), course, graded(name).variables).document)
        for name in ("fresh", "done", "wrong-memory-and-card")
    )


def changed(line: bytes, chosen: random.Random) -> bytes:
    """Another payload in its canonical spelling: something is replaced, taken out, moved or repeated."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return line
    for _ in range(chosen.choice((1, 1, 1, 2, 4))):
        _change(document, chosen)
    try:
        return canonical(document)
    except (ValueError, RecursionError):
        return line


def _change(document: Any, chosen: random.Random) -> None:
    places = list(_places(document))
    if not places:
        return
    holder, key = chosen.choice(places)
    kind = chosen.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        other, at = chosen.choice(places)
        holder[key] = copy.deepcopy(other[at]) if _size(other[at]) < 1000 else chosen.choice(HOSTILE)
    elif kind == 2 and isinstance(holder, dict):
        holder[str(chosen.choice(HOSTILE))[:100]] = holder.pop(key)
    elif kind == 3 and isinstance(holder[key], str):
        value = holder[key]
        at = chosen.randrange(len(value) + 1)
        holder[key] = value[:at] + str(chosen.choice(HOSTILE))[:200] + value[at + chosen.randrange(4) :]
    elif kind == 4 and isinstance(holder[key], list) and holder[key]:
        holder[key] = holder[key] * chosen.choice((2, 3, 20))
    else:
        holder[key] = copy.deepcopy(chosen.choice(HOSTILE))


def _places(value: Any) -> Any:
    """Every place of a document, as what holds it and its key; without recursion."""
    stack = [value]
    while stack:
        holder = stack.pop()
        keys = (
            list(holder)
            if isinstance(holder, dict)
            else range(len(holder))
            if isinstance(holder, list)
            else ()
        )
        for key in list(keys):
            yield holder, key
            stack.append(holder[key])


def _size(value: Any) -> int:
    return sum(1 for _ in _places(value))


def examine(content: bytes) -> HandIn | None:
    """Do all with it that a teacher's tool does; raises AssertionError where something does not hold.

    :returns: the hand-in, where it is one.
    """
    began = time.monotonic()
    found = read(content)
    assert _carefully(content) == found
    if isinstance(found, Refusal):
        _harmless(found.reason.render(str))
        assert time.monotonic() - began < LIMIT
        return None
    assert canonical(json.loads(found.line)) == found.line
    assert content == found.line + (found.armour.text if found.armour else b"")
    course, registry = the_course()
    grade = judge(found, course, registry)
    assert differences(found, grade) is not None
    assert other_numbers(found, course) is not None
    assert len(digests(found)) == chain(found).lines
    codes = {verdict.finding.code for step in grade.steps for verdict in step.verdicts}
    assert "internal-error" not in codes, _internal(grade)
    for name in FORMATS:
        document = find(name)(grade, str, _style())
        if name != "junit":
            _harmless(document)
    assert time.monotonic() - began < LIMIT
    return found


def _carefully(content: bytes) -> HandIn | Refusal:
    """What is read where the quick reader leaves every line to the careful one."""
    with patch("tutor.handin.read.quickly", return_value=None):
        return read(content)


def _style() -> Style:
    return Style.from_environment(io.StringIO(), {})


def _harmless(shown: str) -> None:
    """Nothing of it can steer a terminal."""
    steering = [char for char in shown if (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160]
    assert not steering or not shown, repr(shown[:200])


def _internal(grade: Grade) -> list[str]:
    return [
        verdict.spec.id
        for step in grade.steps
        for verdict in step.verdicts
        if verdict.finding.code == "internal-error"
    ]
