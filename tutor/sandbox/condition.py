"""What a sandbox is right now: a pure function of what was written down, and of what is seen."""

from __future__ import annotations

from typing import Literal

from tutor.dataclass import dataclass
from tutor.sandbox.record import Phase
from tutor.text import Text, text

State = Literal["running", "off", "busy", "broken", "foreign"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be seen of a sandbox.

    :ivar busy: a command works on it; :ivar holder: its supervising process lives; :ivar init: its init does.
    :ivar layers: all that its disk lies over is there; :ivar strays: its control groups hold processes.
    """

    busy: bool = False
    holder: bool = False
    init: bool = False
    layers: bool = True
    strays: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A state and, where it is broken or ended by itself, what that is and which verb mends it."""

    state: State
    what: Text | None = None
    verb: str | None = None


def condition(phase: Phase, seen: Seen) -> Condition:
    """Judge a sandbox of ours."""
    if seen.busy:
        return Condition("busy", text("a command works on it"))
    if phase in _BROKEN_OFF:
        return _BROKEN_OFF[phase]
    if seen.init:
        return Condition("running")
    return _standing_still(phase, seen)


def _standing_still(phase: Phase, seen: Seen) -> Condition:
    if seen.holder:
        return _broken(text("it was being started and does not answer"), "stop")
    if seen.strays:
        return _broken(text("its supervisor is gone, and processes of it are left"), "stop")
    if not seen.layers:
        return _broken(text("the image under its disk is gone"), "reset")
    if phase == "on":
        return Condition("off", text("it ended by itself: switched off from inside, or with the computer"))
    return Condition("off")


def _broken(what: Text, verb: str) -> Condition:
    return Condition("broken", what, verb)


_BROKEN_OFF: dict[Phase, Condition] = {
    "making": _broken(text("its making was broken off"), "create"),
    "resetting": _broken(text("its reset was broken off"), "reset"),
    "deleting": _broken(text("its deletion was broken off"), "delete"),
}
