"""Recordings come from anyone: each answer is held to its shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.host.documents import document
from tutor.host.files import file_status, file_text, link_target, listing
from tutor.host.images import image
from tutor.host.programs import package, program
from tutor.host.question import Observation, Question, Unobservable
from tutor.host.recorded import RecordedHost, Recording, write
from tutor.text import Text, text

IMAGE = {"path": "/x", "format": "raw", "virtual_size": None, "backing": None}
XML = {
    "path": "/x",
    "well_formed": True,
    "root": "domain",
    "encoding": None,
    "models": [{"href": "x", "schematypens": None}],
    "schema": None,
    "valid": None,
    "faults": [{"line": 1, "message": "x"}],
}
FILE = {
    "path": "/",
    "kind": "file",
    "mode": 1,
    "uid": 0,
    "gid": 0,
    "size": 1,
    "readable": True,
    "writable": False,
}

#: Every question, with an answer that it may have, and some that it may not.
SHAPES: list[tuple[Question[Any], Any, list[Any]]] = [
    (image("x"), IMAGE, [{**IMAGE, "virtual_size": "7"}, {"path": "x"}, [], 1, {**IMAGE, "format": None}]),
    (document("x"), XML, [{**XML, "models": [1]}, {**XML, "faults": [{"line": "1", "message": "x"}]}, "x"]),
    (file_status("x"), FILE, [{**FILE, "mode": None}, {**FILE, "readable": 1}, True]),
    (file_text("x"), {"path": "x", "text": "y"}, [{"path": "x", "text": None}, "y"]),
    (link_target("x"), "/y", [1, ["/y"]]),
    (listing("x"), ["a"], [[1], "a", {}]),
    (program("x"), "/x", [1, ["/x"]]),
    (package("x"), {"name": "x", "version": "1"}, [{"name": "x"}, "x"]),
]


def host(asked: Question[Any], recorded: Any) -> RecordedHost:
    """A recording that holds this one record."""
    return RecordedHost(Recording("x", "2026", {}, {}, {asked.key: recorded}))


def reason(asked: Question[Any], recorded: Any) -> str:
    """Why the recorded answer is none."""
    with pytest.raises(Unobservable) as caught:
        host(asked, recorded).ask(asked)
    return caught.value.reason


@pytest.mark.parametrize(("asked", "right", "wrong"), SHAPES, ids=lambda value: getattr(value, "source", ""))
def test_answers_are_held_to_their_shape(asked: Question[Any], right: Any, wrong: list[Any]) -> None:
    assert host(asked, {"value": right}).ask(asked) == right
    assert host(asked, {"value": None}).ask(asked) is None
    for value in wrong:
        assert reason(asked, {"value": value}) == "malformed"


def test_what_was_not_recorded_is_unknown() -> None:
    with pytest.raises(Unobservable) as caught:
        RecordedHost(Recording("x", "2026", {}, {})).ask(image("x"))
    assert caught.value.reason == "not-recorded"


@pytest.mark.parametrize(
    "failure", [1, [], {}, {"reason": "x"}, {"reason": "x", "message": "y", "values": 1, "fix": []}]
)
def test_a_reason_that_is_none(failure: Any) -> None:
    assert reason(image("x"), {"failure": failure}) == "malformed"


def test_observations_come_back_as_they_were() -> None:
    said = Unobservable("failed", text("{a} and {b}", a=1, b=text("more")), ("sudo -v",))
    seen = [
        Observation(image("x").key, IMAGE, None, "qemu-img", 1.0, 0.1),
        Observation(image("y").key, None, said, "qemu-img", 1.0, 0.1),
    ]
    stored = json.loads(write(Recording("x", "2026", {}, {}), seen, "1"))
    back = RecordedHost(Recording("x", "2026", {}, {}, stored["observations"]))
    assert back.ask(image("x")) == IMAGE
    with pytest.raises(Unobservable) as caught:
        back.ask(image("y"))
    assert (caught.value.reason, caught.value.fix) == ("failed", ("sudo -v",))
    assert caught.value.message.render(str) == Text("1 and more").render(str)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted({*IMAGE, *XML})), inner)
    ),
    max_leaves=8,
)


@given(
    st.sampled_from([asked for asked, _, _ in SHAPES]),
    st.fixed_dictionaries({}, optional={"value": JSON, "failure": JSON}),
)
def test_no_recording_raises_anything_else(asked: Question[Any], recorded: Any) -> None:
    try:
        host(asked, recorded).ask(asked)
    except Unobservable as failure:
        assert failure.reason  # noqa: PT017 - either this or an answer
