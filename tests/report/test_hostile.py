"""Wrong types everywhere: whatever a hand-in holds, it is judged or refused, and nothing else happens."""

from __future__ import annotations

import copy
import io
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.report.generate import make
from tests.report.reports import tools
from tutor.commands import report_progress
from tutor.commands.report_progress import Bar
from tutor.commands.session import Options, Session
from tutor.handin.format import canonical
from tutor.handin.read import Refusal
from tutor.journal.line import GENESIS, assemble, digest, encode
from tutor.report.judging import DECODER, ENCODER, Judged, Tools, judged

TEXT = st.text(max_size=12) | st.sampled_from(
    ["\x1b[2J", "<script>", "=1+1", "../..", "\u202e", "vm-nat", "0", "\x00"]
)
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@cache
def the_tools() -> Tools:
    return tools()


@cache
def the_document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(make(0, name="done").line)
    return found


def changed(value: Any, data: st.DataObject) -> Any:
    """The value with another one somewhere in it."""
    inner = value
    while isinstance(inner, (dict, list)) and inner:
        keys = sorted(inner) if isinstance(inner, dict) else range(len(inner))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(inner[key], (dict, list)) or not inner[key] or data.draw(st.integers(0, 3)) == 0:
            inner[key] = data.draw(ANY)
            break
        inner = inner[key]
    return value


def must_be_judged_or_refused(document: dict[str, Any]) -> Judged | None:
    found = judged(canonical(document), the_tools())
    if isinstance(found, Refusal):
        assert found.code
        return None
    content = ENCODER.encode(found)
    assert DECODER.decode(content) == found
    assert not [
        check for step in found.hand_in.steps for check in step.checks if check.code == "internal-error"
    ]
    return found


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_any_observation(data: st.DataObject) -> None:
    document = copy.deepcopy(the_document())
    observations = document["recording"]["observations"]
    for _ in range(data.draw(st.integers(1, 4))):
        key = data.draw(st.sampled_from(sorted(observations)))
        observations[key] = changed(observations[key], data)
    must_be_judged_or_refused(document)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_any_journal(data: st.DataObject) -> None:
    """Lines whose chain is sound, with anything in them, and lines that are none."""
    document = copy.deepcopy(the_document())
    prev, chained = GENESIS, []
    for line in map(json.loads, document["journal"]["lines"][:30]):
        if data.draw(st.integers(0, 4)) == 0:
            line["data"] = changed(line["data"], data)
        time = data.draw(
            st.just(line["time"]) | st.sampled_from(["", "9999-99-99T99:99:99+00:00", "2026-01-01"])
        )
        content = assemble(line["kind"], encode(line["data"]), time, prev)
        prev = digest(content)
        chained.append(content.decode())
    document["journal"]["lines"] = chained + data.draw(
        st.lists(st.text(st.characters(max_codepoint=255), max_size=9))
    )
    document["journal"]["left_out"] = data.draw(st.integers(0, 5))
    found = must_be_judged_or_refused(document)
    if found is not None:
        assert len(found.moments) == len(found.journal) // 8


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_anything_anywhere(data: st.DataObject) -> None:
    must_be_judged_or_refused(changed(copy.deepcopy(the_document()), data))


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "drawn"), [(_Terminal(), True), (io.StringIO(), False)])
def test_the_bar_is_for_terminals(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *, drawn: bool
) -> None:
    monkeypatch.setattr(report_progress, "PATIENCE", 0)
    monkeypatch.setattr(report_progress, "_PAUSE", 0)
    with Bar(Session(Options(lang="en"), err=stream)) as bar:
        for done in range(1, 11):
            bar.advanced(done, 10)
    assert ("10 of 10 hand-ins, 0 s left" in stream.getvalue()) is drawn
    assert stream.getvalue().endswith("\r\x1b[K") is drawn
