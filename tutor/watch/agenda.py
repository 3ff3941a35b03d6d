"""What to ask, and when: after events, and as time passes. Pure: the time is handed in, in seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tutor.watch.knowledge import Knowledge
from tutor.watch.pace import Pace, Throttle
from tutor.watch.topics import ALWAYS_HEARD, EARLY, Topic

#: Seconds between looks where no event tells: while things change, and when nothing does.
SOON, SELDOM = (0.4, 2.0), (5.0, 30.0)
#: Seconds after which what an event told of early is asked once more.
ECHOES = (0.15, 0.5, 1.5)


class Agenda:
    """The questions that are to be asked anew, and those that are under way.

    :param knowledge: what is known, and may be asked anew.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._soon, self._seldom, self._throttle = Pace(*SOON), Pace(*SELDOM), Throttle()
        #: Questions that events have touched, with the time from which they may be asked.
        self._pending: dict[str, float] = {}
        #: Questions under way, and whether an event touched them.
        self._asked: dict[str, bool] = {}
        #: When to ask once more, and what.
        self._echoes: list[tuple[float, str]] = []

    def want(self, keys: Iterable[str], now: float, settling: float = 0.0) -> None:
        """An event has touched these questions.

        :param settling: seconds to wait for more events of the same burst.
        """
        for key in keys:
            source = self._knowledge.question(key).source
            if source in EARLY:
                self._echoes = [each for each in self._echoes if each[1] != key]
                self._echoes += [(now + later, key) for later in ECHOES]
            earliest = 0.0 if source in ALWAYS_HEARD else self._throttle.earliest(key)
            self._pending.setdefault(key, max(now + settling, earliest))

    def is_time_to_glance(self, now: float) -> bool:
        """Whether what is looked at often is due: :meth:`polls` is going to have it."""
        return self._soon.due <= now

    def polls(self, now: float, uncovered: Collection[Topic]) -> frozenset[str]:
        """What to ask now because of the time alone; it counts as under way from here on.

        :param uncovered: as of :meth:`Knowledge.to_poll`.
        """
        keys = {key for when, key in self._echoes if when <= now}
        self._echoes = [each for each in self._echoes if each[0] > now]
        soon, seldom = self._soon.due <= now, self._seldom.due <= now
        if soon or seldom:
            often, rarely = self._knowledge.to_poll(uncovered)
            keys |= (often if soon else frozenset()) | (rarely if seldom else frozenset())
        if soon:
            self._soon.looked(now)
        if seldom:
            self._seldom.looked(now)
        return self._begin(keys - self._pending.keys(), by_event=False)

    def touched(self, now: float) -> frozenset[str]:
        """What to ask now because of events; it counts as under way from here on."""
        due = {key for key, earliest in self._pending.items() if earliest <= now} - self._asked.keys()
        for key in due:
            del self._pending[key]
        return self._begin(due, by_event=True)

    def answered(self, keys: Iterable[str], changed: Collection[str], now: float) -> None:
        """These have been answered; those of ``changed`` otherwise than before."""
        for key in keys:
            if self._asked.pop(key, False):
                self._throttle.answered(key, now, changed=key in changed)
            if self._knowledge.is_silent(key):
                self._soon.quicken(now)
        if changed:
            self._soon.quicken(now)
            self._seldom.quicken(now)

    def unsettled(self, until: float) -> frozenset[str]:
        """Questions that an event has touched, and that are under way, or will be by then."""
        coming = {key for key, earliest in self._pending.items() if earliest < until}
        return frozenset(coming | {key for key, by_event in self._asked.items() if by_event})

    @property
    def next(self) -> float:
        """When something is to be asked, whatever happens."""
        times = [self._soon.due, self._seldom.due, *(when for when, _ in self._echoes)]
        return min([*times, *(when for key, when in self._pending.items() if key not in self._asked)])

    def _begin(self, keys: Collection[str], *, by_event: bool) -> frozenset[str]:
        known = frozenset(self._knowledge.keys).intersection(keys) - self._asked.keys()
        self._asked.update(dict.fromkeys(known, by_event))
        return known
