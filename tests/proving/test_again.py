"""An errand whose machine broke: done on another, a few times, and never in secret."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.proving.samples import OF_TWO
from tutor.dataclass import replace
from tutor.proving.again import MACHINES, on_a_sound_machine, repeated
from tutor.proving.records import Fault, Replay
from tutor.text import text

FAULT = Fault("two/use", "", text("its commands fail"))
FELL = replace(OF_TWO, spoilt=("the emulator fell",), faults=(FAULT,))


def tried(*replays: Replay) -> tuple[Replay, list[Sequence[str]], int]:
    """What counts in the end, what was told on the way, and how many machines were left unused."""
    machines, told = list(replays), list[Sequence[str]]()
    found = on_a_sound_machine(lambda: machines.pop(0), told.append)
    return found, told, len(machines)


def test_a_sound_machine_is_taken_at_its_word() -> None:
    assert tried(OF_TWO, FELL) == (OF_TWO, [], 1)
    of_the_course = replace(OF_TWO, faults=(FAULT,))
    assert tried(of_the_course, OF_TWO) == (of_the_course, [], 1)


def test_what_a_broken_one_saw_does_not_count_and_is_told() -> None:
    found, told, unused = tried(FELL, OF_TWO, OF_TWO)
    assert found == replace(OF_TWO, repeated=FELL.spoilt)
    assert (told, unused) == ([FELL.spoilt], 1)
    assert list(repeated([found, OF_TWO])) == ["two: the emulator fell"]


@pytest.mark.parametrize("more", [0, 1])
def test_what_breaks_every_machine_is_a_fault(more: int) -> None:
    found, told, unused = tried(*[FELL] * (MACHINES + more))
    assert (len(told), unused) == (MACHINES - 1, more)
    assert [fault.what.render(str) for fault in found.faults] == [
        "its commands fail",
        "the machine itself broke, each time: the emulator fell",
    ]
