"""An errand, done once more where its machine broke: what that one saw says nothing about the course."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tutor.dataclass import replace
from tutor.proving.plan import COURSE
from tutor.proving.records import Fault, Replay
from tutor.text import text

#: On so many machines an errand is tried; what breaks each of them is a fault.
MACHINES = 3


def on_a_sound_machine(
    carry_out: Callable[[], Replay], begins_again: Callable[[Sequence[str]], None]
) -> Replay:
    """The first replay of a machine that did not break; ``repeated`` says what broke the others.

    :param carry_out: does the errand on a fresh machine.
    :param begins_again: is told what broke, before another one is tried.
    """
    broken: tuple[str, ...] = ()
    replay = carry_out()
    for _ in range(MACHINES - 1):
        if not replay.spoilt:
            break
        broken += replay.spoilt
        begins_again(replay.spoilt)
        replay = carry_out()
    faults = (
        Fault("", "", text("the machine itself broke, each time: {reason}", reason=one))
        for one in replay.spoilt
    )
    return replace(replay, repeated=broken, faults=(*replay.faults, *faults))


def repeated(replays: Sequence[Replay]) -> Iterator[str]:
    """Each machine that broke: the lesson that it was for, and what it was."""
    for replay in replays:
        yield from (f"{replay.lesson or COURSE}: {one}" for one in replay.repeated)
