"""When to look again: all of it by a clock that nobody can set."""

from __future__ import annotations

import time

from tutor.dataclass import dataclass

#: Seconds by which waking late means that we did not run: stopped, or the machine was.
LATE = 2.0
#: Seconds of suspension that are worth a look at everything.
SUSPENDED = 0.5


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: seconds of running, and seconds in all, those of suspension included (clock_gettime(2))."""

    running: float
    whole: float

    @classmethod
    def now(cls) -> Moment:
        """Now, by CLOCK_MONOTONIC and CLOCK_BOOTTIME: a clock that is set changes neither."""
        return cls(time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME))


def gap(before: Moment, wait: float, after: Moment) -> bool:
    """Whether, between two moments with a wait of ``wait`` seconds at most, we or the machine stood still."""
    ran, passed = after.running - before.running, after.whole - before.whole
    return ran > wait + LATE or passed - ran > SUSPENDED


class Pace:
    """When to look the next time: soon after a change, then more and more seldom.

    :param first: seconds until the first look after a change.
    :param longest: the most seconds between two looks.
    :param growth: how much longer each pause is than the one before.
    """

    def __init__(self, first: float, longest: float, growth: float = 1.5) -> None:
        self._first, self._longest, self._growth = first, longest, growth
        self._pause = first
        self.due = 0.0

    def quicken(self, now: float) -> None:
        """Something happens: look soon, and again."""
        self._pause = self._first
        self.due = min(self.due, now + self._pause) if self.due > now else now + self._pause

    def looked(self, now: float) -> None:
        """It was looked at."""
        self.due = now + self._pause
        self._pause = min(self._longest, self._pause * self._growth)


class Throttle:
    """Events that change nothing, again and again, are listened to less and less.

    A guest that writes to its image, say: the image stays what it is.
    """

    FREE, FIRST, LONGEST, FORGET = 4, 0.1, 10.0, 30.0

    def __init__(self) -> None:
        self._idle: dict[str, int] = {}
        self._asked: dict[str, float] = {}

    def earliest(self, key: str) -> float:
        """When an event may have the question asked again."""
        idle = self._idle.get(key, 0)
        if idle <= self.FREE:
            return 0.0
        return self._asked[key] + min(self.LONGEST, self.FIRST * 2.0 ** min(idle - self.FREE - 1, 32))

    def answered(self, key: str, now: float, *, changed: bool) -> None:
        """An event had it asked; whether the answer is another."""
        if changed or now - self._asked.get(key, now) > self.FORGET:
            self._idle[key] = 0
        else:
            self._idle[key] = self._idle.get(key, 0) + 1
        self._asked[key] = now
