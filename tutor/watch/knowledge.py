"""What is known of the machine, what an event makes worth asking again, and whom a new answer concerns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from tutor.grading.verdict import Verdict
from tutor.host.question import Observation, Question
from tutor.watch.topics import NEVER_POLLED, POLLED, SELDOM, Place, Topic, known_source, topics

#: Reasons that may pass by themselves: the daemon restarts, the machine was busy.
PASSING = frozenset({"timed-out", "not-answering", "failed", "internal-error"})
#: Seconds for which a silence after an answer is not yet news.
SILENCE = 2.0


class Knowledge:
    """The observations that the verdicts rest on, by the question's key.

    :param place: what paths mean.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._known: dict[str, Observation] = {}
        self._topics: dict[str, frozenset[Topic]] = {}
        self._questions: dict[str, Question[Any]] = {}
        self._rests_on: dict[str, tuple[str, ...]] = {}
        self._silent_since: dict[str, float] = {}

    @property
    def observations(self) -> Collection[Observation]:
        """All that is known."""
        return self._known.values()

    @property
    def keys(self) -> Collection[str]:
        """The questions that are watched."""
        return self._known.keys()

    @property
    def topics(self) -> frozenset[Topic]:
        """All that any answer hangs on."""
        return frozenset().union(*self._topics.values())

    def keep(self, observations: Iterable[Observation], verdicts: Iterable[Verdict]) -> None:
        """Keep what the verdicts rest on, and forget the rest."""
        verdicts = list(verdicts)
        wanted = {key for verdict in verdicts for key in verdict.evidence}
        self._rests_on.update((one.spec.id, one.evidence) for one in verdicts if one.evidence)
        self._known = {one.key: one for one in (*self._known.values(), *observations) if one.key in wanted}
        self._questions = {key: self._questions.get(key) or Question.of_key(key) for key in self._known}
        self._topics = {
            key: self._topics[key] if key in self._topics else topics(question, self._place)
            for key, question in self._questions.items()
        }

    def rests_on(self, check: str) -> tuple[str, ...]:
        """The questions that a check asked, the last time that it was not blocked."""
        return self._rests_on.get(check, ())

    def question(self, key: str) -> Question[Any]:
        """The question of a key that is watched."""
        return self._questions[key]

    def touched(self, changed: Collection[Topic]) -> frozenset[str]:
        """The questions whose answers hang on one of these topics."""
        return frozenset(key for key, hangs_on in self._topics.items() if not hangs_on.isdisjoint(changed))

    def to_poll(self, uncovered: Collection[Topic] = ()) -> tuple[frozenset[str], frozenset[str]]:
        """What to ask again without being told to: soon, and seldom.

        :param uncovered: topics of which no event tells on this machine, though elsewhere one does.
        """
        soon, seldom = set(), set()
        for key, observation in self._known.items():
            source = self._questions[key].source
            failed = self.is_silent(key) or (
                observation.failure is not None and observation.failure.reason in PASSING
            )
            if source in NEVER_POLLED and not (failed and source != "firewall"):
                continue
            if failed or source in POLLED or not self._topics[key].isdisjoint(uncovered):
                soon.add(key)
            elif source in SELDOM or not known_source(source):
                seldom.add(key)
        return frozenset(soon), frozenset(seldom)

    def learn(self, observations: Sequence[Observation], now: float) -> frozenset[str]:
        """Take in new observations; the keys of those that say something else than before.

        A silence that has just begun does not count yet: a daemon that restarts is away for a moment, and
        what it said before is as true as it was.
        """
        return frozenset(
            one.key for one in observations if one.key in self._known and self._is_news(one, now)
        )

    def is_silent(self, key: str) -> bool:
        """Whether the question's answer stands although nobody gave it the last time."""
        return key in self._silent_since

    def _is_news(self, new: Observation, now: float) -> bool:
        known = self._known[new.key]
        if new.failure is None:
            self._silent_since.pop(new.key, None)
        elif known.failure is None and new.failure.reason in PASSING:
            if now - self._silent_since.setdefault(new.key, now) < SILENCE:
                return False
            self._silent_since.pop(new.key)
        self._known[new.key] = new
        return _said(new) != _said(known)


def concerned(verdicts: Mapping[str, Verdict], changed: Collection[str]) -> frozenset[str]:
    """The checks that rest on one of the changed answers, and those that need such a check.

    :param verdicts: by id, needs before those that need them.
    :param changed: keys of questions.
    """
    found: set[str] = set()
    for name, verdict in verdicts.items():
        if not found.isdisjoint(verdict.spec.needs) or not set(changed).isdisjoint(verdict.evidence):
            found.add(name)
    return frozenset(found)


def settled(
    verdicts: Mapping[str, Verdict],
    stale: Collection[str],
    unsettled: Collection[str],
    rests_on: Callable[[str], Iterable[str]],
) -> frozenset[str]:
    """Those of the stale checks that can be judged now: no answer that they rest on is on its way.

    :param verdicts: by id, needs before those that need them.
    :param rests_on: as of :meth:`Knowledge.rests_on`.
    :param stale: ids of checks to judge anew.
    :param unsettled: keys of questions that are being asked anew.
    """
    ready: set[str] = set()
    for name, verdict in verdicts.items():
        if name not in stale or not set(unsettled).isdisjoint(rests_on(name)):
            continue
        if all(need in ready or need not in stale for need in verdict.spec.needs):
            ready.add(name)
    return frozenset(ready)


def _said(observation: Observation) -> tuple[object, str | None]:
    failure = observation.failure
    return observation.value, None if failure is None else failure.reason
