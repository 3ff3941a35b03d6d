"""Records that are the same in many hand-ins are kept once: a class of 10,000 then fits into memory."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from tutor.report.judging import Judged
from tutor.report.record import Record

T = TypeVar("T", bound=Record)


class Pool:
    """What has been met so far."""

    def __init__(self) -> None:
        self._known: dict[Record, Record] = {}

    def shared(self, one: Judged) -> Judged:
        """The same, with each part that has been met before in that one's place."""
        steps = tuple(
            self._one(replace(step, checks=tuple(map(self._one, step.checks)))) for step in one.hand_in.steps
        )
        hand_in = replace(one.hand_in, steps=steps, environment=self._one(one.hand_in.environment))
        return replace(one, hand_in=hand_in)

    def _one(self, record: T) -> T:
        return self._known.setdefault(record, record)  # type: ignore[return-value]
