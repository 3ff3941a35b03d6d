"""What a sandbox is, from what was written down and what is seen."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from tutor.sandbox.condition import Seen, condition
from tutor.sandbox.record import Phase


@pytest.mark.parametrize(
    ("phase", "seen", "state", "verb"),
    [
        ("off", Seen(), "off", None),
        ("on", Seen(), "off", None),
        ("on", Seen(holder=True, init=True), "running", None),
        ("off", Seen(holder=True, init=True), "running", None),
        ("off", Seen(holder=True), "broken", "stop"),
        ("on", Seen(strays=True), "broken", "stop"),
        ("off", Seen(layers=False), "broken", "reset"),
        ("making", Seen(), "broken", "create"),
        ("making", Seen(busy=True), "busy", None),
        ("resetting", Seen(layers=False), "broken", "reset"),
        ("deleting", Seen(), "broken", "delete"),
    ],
)
def test_a_condition(phase: Phase, seen: Seen, state: str, verb: str | None) -> None:
    judged = condition(phase, seen)
    assert (judged.state, judged.verb) == (state, verb)


def test_whatever_is_broken_has_a_reason_and_a_remedy() -> None:
    for phase, *bits in product(get_args(Phase), *[(False, True)] * 5):
        judged = condition(phase, Seen(*bits))
        if judged.state == "broken":
            assert judged.what is not None
            assert judged.verb in ("create", "stop", "reset", "delete")
