"""Verdicts where one source is out of sight, or tells anything at all, on machines that were recorded."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.table import Family, Row
from tutor.commands.catalogue import checks_for
from tutor.course.load import load_course
from tutor.grading.grade import Run, judge
from tutor.grading.verdict import Status, Verdict
from tutor.handin.judge import Quiet
from tutor.host.question import Question, Unobservable
from tutor.host.recorded import RecordedHost, Recording, load
from tutor.text import text

T = TypeVar("T")

FOLDER = Path(__file__).parents[1] / "recordings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def recorded(name: str) -> Recording:
    return load(str(FOLDER / f"{name}.json"))


def source_of(key: str) -> str:
    return key.partition("[")[0]


@cache
def sources_in(name: str) -> list[str]:
    """The sources that a recording has answers of."""
    return sorted({source_of(key) for key in recorded(name).observations})


class Without(RecordedHost):
    """A machine on which one source cannot be asked."""

    def __init__(self, recording: Recording, source: str) -> None:
        super().__init__(recording)
        self._source = source

    def ask(self, question: Question[T]) -> T:
        if question.source == self._source:
            raise Unobservable(
                "timed-out", text("{question} was not answered in time", question=question.key)
            )
        return super().ask(question)


def verdicts(
    recording: Recording, host: RecordedHost, only: frozenset[str] | None = None
) -> dict[str, Verdict]:
    """Of the whole course, or of these checks and what they need."""
    course = load_course(None, "en")
    values = {**{name: one.value for name, one in course.variables.items()}, **recording.variables}
    run = Run(course, values, recording.user, recording.started, "")
    selected = [spec.id for spec in course.specs if only is None or spec.id in only]
    return judge(run, selected, host, checks_for(course), Quiet())


@cache
def well(name: str) -> dict[str, Verdict]:
    return verdicts(recorded(name), RecordedHost(recorded(name)))


def _row(source: str, fault: str, done: str, answer: str, test: str) -> Row:
    return Row(source, fault, done, answer, f"tests/faults/test_judging.py::{test}")


_APART = "test_a_source_out_of_sight_makes_no_verdict_another"
FAMILY = Family(
    "Verdicts",
    "Judging waits for nobody. What was recorded of real machines is judged with one source out of "
    "sight, and with anything in any place of its answers.",
    (
        *(
            _row(
                *(source, "hangs", "nothing that it is asked is answered in time, on the machine `done`"),
                "unknown, or blocked by what is; every other verdict is what it was",
                f"{_APART}[done-{source}]",
            )
            for source in sources_in("done")
        ),
        *(
            _row(
                *(source, "lies", "anything stands in any place of its answers, on the machine `done`"),
                *("a verdict, or unknown", f"test_whatever_an_answer_holds_there_is_a_verdict[{source}]"),
            )
            for source in sources_in("done")
        ),
    ),
)


CASES = [(name, source) for name in NAMES for source in sources_in(name)]


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_a_source_out_of_sight_makes_no_verdict_another(case: tuple[str, str]) -> None:
    """What can be judged without it stays as it was; all else is unknown, or blocked by what is."""
    name, source = case
    found = verdicts(recorded(name), Without(recorded(name), source))
    for id_, verdict in found.items():
        before = well(name)[id_]
        same = (verdict.status, verdict.finding.code) == (before.status, before.finding.code)
        assert same or verdict.status in (Status.UNKNOWN, Status.BLOCKED), (id_, before, verdict)
        assert verdict.finding.code != "internal-error"
        assert verdict.finding.code != "need-failed" or before.finding.code == "need-failed"


# Lies, in answers of any shape.

_TEXTS = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "\0",
        "-",
        "<",
        "../..",
        "qemu:///session",
        "9" * 30,
        "\ud800",
        "0.0.0.0/0",
        "::/0",
        "%s{}",
        "\u00b2",
    ]
)
_NUMBERS = st.integers() | st.sampled_from([-(10**12), -1, 33, 2**32, 10**12, 2**128 + 1])
_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in an answer, by the keys that lead to it."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


@cache
def places_of(name: str, source: str) -> list[tuple[str, tuple[Any, ...]]]:
    """Every place in every answer of a source."""
    return [
        (key, place)
        for key, seen in recorded(name).observations.items()
        if source_of(key) == source
        for place in places(seen.get("value"))
    ]


def changed(value: Any, place: tuple[Any, ...], junk: Any) -> Any:
    """A copy of the answer with something else in that place."""
    if not place:
        return junk
    value = copy.deepcopy(value)
    at = value
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = junk
    return value


def same_kind(value: Any) -> st.SearchStrategy[Any]:
    """Anything of the value's own type: what no look at the shape keeps out."""
    if isinstance(value, str):
        return _TEXTS
    if isinstance(value, bool):
        return st.booleans()
    return _NUMBERS if isinstance(value, int) else _JUNK


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


@pytest.mark.parametrize("source", sources_in("done"))
@settings(max_examples=15)
@given(data=st.data())
def test_whatever_an_answer_holds_there_is_a_verdict(source: str, data: st.DataObject) -> None:
    """In any of its places, of any type; and no verdict that does not rest on that answer changes."""
    recording = recorded("done")
    key, place = data.draw(st.sampled_from(places_of("done", source)))
    value = recording.observations[key].get("value")
    junk = data.draw(same_kind(at(value, place)) | _JUNK)
    observations = {**recording.observations, key: {"value": changed(value, place, junk)}}
    lying = Recording(recording.user, recording.started, recording.course, recording.variables, observations)
    resting = frozenset(id_ for id_, verdict in well("done").items() if key in verdict.evidence)
    for id_, verdict in verdicts(lying, RecordedHost(lying), resting).items():
        assert verdict.finding.code != "internal-error", (id_, key, place, junk)
        said = verdict.finding
        json.dumps([one.render(str) for one in (said.observed, said.expected, said.hint, said.note) if one])
