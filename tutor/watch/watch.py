"""From events to new verdicts, with as little looking as that takes."""

from __future__ import annotations

import contextlib
import selectors
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol, final

from tutor.dataclass import dataclass
from tutor.grading.facts import host_facts
from tutor.grading.grade import Run, graded, judge, judge_again
from tutor.grading.registry import Registry
from tutor.grading.runner import Observer
from tutor.grading.verdict import Grade, HostFacts, Verdict
from tutor.host.question import Observation, Question
from tutor.watch.agenda import Agenda
from tutor.watch.asking import Asker, Student
from tutor.watch.files import Files
from tutor.watch.knowledge import Knowledge, concerned, settled
from tutor.watch.links import Links
from tutor.watch.mailbox import Mailbox
from tutor.watch.pace import Moment, gap
from tutor.watch.topics import LINKS, RULESET, Topic

#: Seconds that events gather before anything is asked: they come in bursts. Rules come one after the other.
SETTLING, RULES_SETTLING = 0.005, 0.01
#: Seconds that a check waits for answers on their way: what begins or ends is whole only a little later.
TOGETHER = 0.3
#: Seconds between looks at whether a person still types a password.
ASKING = 0.25

FIREWALL = Question("firewall", object).key


class Readable(Protocol):
    """Something that a selector can wait for."""

    def fileno(self) -> int:
        """Its descriptor; below 0 where there is nothing to wait for."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is watched, and with what: as :func:`tutor.grading.grade.grade` has it.

    :param selected: ids of check specs.
    :param observer: of the judging after the first look.
    """

    run: Run
    selected: Collection[str]
    registry: Registry
    observer: Observer


@final
class Watch:
    """Looks once, then at what events touch. Who calls it judges; other threads wait for slow answers."""

    def __init__(self, subject: Subject, student: Student) -> None:
        self._subject = subject
        self._mailbox, self._selector = Mailbox(), selectors.DefaultSelector()
        self._files, self._links = Files(), Links()
        self._asker = Asker(student, self._mailbox.post, self._touch)
        self._facts, self._verdicts = HostFacts(), dict[str, Verdict]()
        self._knowledge = Knowledge(student.place)
        self._agenda = Agenda(self._knowledge)
        #: Checks that rest on an answer that is another now, and since when.
        self._stale: set[str] = set()
        self._stale_since = 0.0

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        for edge in (self._selector, self._files, self._links, self._asker, self._mailbox):
            edge.close()

    @property
    def rules_unwatched(self) -> bool:
        """Whether verdicts rest on the firewall's rules, and nothing tells when those change."""
        return FIREWALL in self._knowledge.keys and not self._asker.ruleset.watched

    @property
    def asking(self) -> bool:
        """Whether a person is being asked for a password at this moment."""
        return self._asker.asking

    @property
    def observations(self) -> Collection[Observation]:
        """All that is known of the machine."""
        return self._knowledge.observations

    def look(self, observer: Observer) -> Grade:
        """Look at everything. The first call of all; afterwards :meth:`turn` says what has changed.

        :param observer: of this first look, which may take a moment.
        """
        subject = self._subject
        with self._asker.host() as host:
            self._verdicts = judge(subject.run, subject.selected, host, subject.registry, observer)
            self._facts = host_facts(host, subject.run.course.uses)
        self._keep(host.observations)
        return self._grade()

    def listen(self) -> None:
        """Begin to hear events. What was seen before is looked at once more: it may have changed since."""
        for edge in (self._files, self._links, self._mailbox):
            if edge.fileno() >= 0:
                self.hear(edge)
        self._files.watch(self._knowledge.topics)
        self.look_anew(by_hand=False)

    def hear(self, other: Readable) -> None:
        """Have :meth:`turn` return when ``other`` has something to say, too."""
        self._selector.register(other, selectors.EVENT_READ, other)

    def ignore(self, other: Readable) -> None:
        """Not any more."""
        with contextlib.suppress(KeyError):
            self._selector.unregister(other)

    def look_anew(self, *, by_hand: bool) -> None:
        """Ask everything anew.

        :param by_hand: a person wants it, and may be asked for a password.
        """
        if by_hand:
            self._asker.ruleset.refused = False
        self._want(self._knowledge.keys, by_hand=by_hand)

    def turn(self) -> tuple[Grade | None, bool]:
        """Wait for something to happen, and take it in.

        :returns: the new grade, where a verdict was reached anew; and whether what is heard besides spoke.
        """
        before, wait = Moment.now(), self._wait()
        ready = {key.data for key, _ in self._selector.select(wait)}
        if gap(before, wait, Moment.now()):
            self.look_anew(by_hand=False)
        self._take_in(ready)
        self._ask()
        return self._judge(Moment.now().running), bool(ready - {self._files, self._links, self._mailbox})

    def _take_in(self, ready: Collection[object]) -> None:
        if self._files in ready:
            self._touch(self._files.changed())
        if self._links in ready:
            self._links.drain()
            self._touch({LINKS})
        self._mailbox.work()

    def _touch(self, topics: Collection[Topic]) -> None:
        if topics:
            settling = RULES_SETTLING if RULESET in topics else SETTLING
            self._want(self._knowledge.touched(topics), settling)

    def _want(self, keys: Iterable[str], settling: float = 0.0, *, by_hand: bool = False) -> None:
        wanted = set(keys)
        if not by_hand and not self._asker.ruleset.runs:
            wanted.discard(FIREWALL)  # reading it might make sudo ask
        self._agenda.want(wanted, Moment.now().running, settling)

    def _ask(self) -> None:
        now = Moment.now().running
        if self._agenda.is_time_to_glance(now):
            self._touch(self._files.glance())
        uncovered = {*self._files.unseen, *(() if self._links.fileno() >= 0 else [LINKS])}
        due = self._agenda.polls(now, uncovered) | self._agenda.touched(Moment.now().running)
        if due:
            self._asker.ask(map(self._knowledge.question, sorted(due)), self._answered)

    def _answered(self, answers: Sequence[Observation]) -> None:
        now = Moment.now().running
        changed = self._knowledge.learn(answers, now)
        self._agenda.answered([one.key for one in answers], changed, now)
        if changed:
            self._stale_since = self._stale_since if self._stale else now
            self._stale |= concerned(self._verdicts, changed)

    def _judge(self, now: float) -> Grade | None:
        again = frozenset(self._stale)
        if now < self._stale_since + TOGETHER:
            unsettled = self._agenda.unsettled(now + TOGETHER)
            again = settled(self._verdicts, again, unsettled, self._knowledge.rests_on)
        if not again:
            return None
        self._stale -= again
        subject, known = self._subject, set(self._knowledge.keys)
        with self._asker.host(self._knowledge.observations) as host:
            self._verdicts = judge_again(
                subject.run,
                host,
                subject.registry,
                subject.observer,
                again=again,
                verdicts=self._verdicts,
            )
        self._keep(host.observations)
        self._files.watch(self._knowledge.topics)
        # Seen before its changes were heard: once more.
        self._want(set(self._knowledge.keys) - known - {FIREWALL}, SETTLING)
        return self._grade()

    def _keep(self, observations: Iterable[Observation]) -> None:
        self._knowledge.keep(observations, self._verdicts.values())

    def _grade(self) -> Grade:
        return graded(self._subject.run, self._subject.selected, self._verdicts, self._facts)

    def _wait(self) -> float:
        """Seconds until something is to be done anyway."""
        now = Moment.now().running
        until = min(self._agenda.next, self._stale_since + TOGETHER if self._stale else self._agenda.next)
        wait = max(0.0, until - now)
        return min(wait, ASKING) if self.asking else wait
