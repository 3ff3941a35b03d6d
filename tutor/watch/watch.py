"""From events to new verdicts, with as little looking as that takes."""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, final

from tutor.grading.facts import host_facts
from tutor.grading.grade import Run, graded, judge, judge_again
from tutor.grading.registry import Registry
from tutor.grading.runner import Observer
from tutor.grading.verdict import Grade, HostFacts, Verdict
from tutor.host.aside import Aside
from tutor.host.live import LiveHost, Log
from tutor.host.machine import AskPassword, Memory
from tutor.host.question import Observation, Question
from tutor.watch.files import Files
from tutor.watch.knowledge import Knowledge, concerned, settled
from tutor.watch.links import Links
from tutor.watch.machine import WatchedMachine
from tutor.watch.pace import Moment, Pace, Throttle, gap
from tutor.watch.ruleset import Ruleset
from tutor.watch.topics import ALWAYS_HEARD, EARLY, LIBVIRT, LINKS, RULESET, Place, Topic

#: Seconds that events gather before anything is asked: they come in bursts. Rules come one after the other.
SETTLING, RULES_SETTLING = 0.005, 0.01
#: Seconds that a check waits for answers on their way: what begins or ends is whole only a little later.
TOGETHER = 0.3
#: Seconds between looks where no event tells: while things change, and when nothing does.
SOON, SELDOM = (0.4, 2.0), (5.0, 30.0)
#: Seconds after which what an event told of early is asked once more.
ECHOES = (0.15, 0.5, 1.5)
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


@dataclass(frozen=True, slots=True)
class Student:
    """Whose machine it is.

    :param place: what paths mean.
    :param ask_password: None where no password may be asked for.
    """

    environ: Mapping[str, str]
    place: Place
    memory: Memory | None
    ask_password: AskPassword | None
    log: Log


@final
class Watch:
    """Looks once, then at what events touch. One thread judges; others wait for slow answers."""

    def __init__(self, subject: Subject, student: Student) -> None:
        self._subject, self._student = subject, student
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._awake, self._alarm = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._aside: Aside | None = None
        self._machines: list[WatchedMachine] = []
        self._ruleset = Ruleset(dict(student.environ), lambda: self._post(lambda: self._touch({RULESET})))
        self._files, self._links = Files(), Links()
        self._selector = selectors.DefaultSelector()
        self._facts, self._verdicts = HostFacts(), dict[str, Verdict]()
        self._knowledge = Knowledge(student.place)
        self._soon, self._seldom, self._throttle = Pace(*SOON), Pace(*SELDOM), Throttle()
        #: Questions that events have touched, with the time from which they may be asked.
        self._pending: dict[str, float] = {}
        #: Questions under way, and whether an event touched them.
        self._flying: dict[str, bool] = {}
        #: When to ask once more, and what.
        self._echoes: list[tuple[float, str]] = []
        #: Checks that rest on an answer that is another now.
        self._stale: set[str] = set()
        self._stale_since = 0.0

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        for edge in (self._files, self._links, self._ruleset, self._selector):
            edge.close()
        if self._aside is not None:
            self._aside.close()
        # Not the other end: a thread may still write to it, and must not meet another file there.
        os.close(self._awake)

    @property
    def rules_unwatched(self) -> bool:
        """Whether verdicts rest on the firewall's rules, and nothing tells when those change."""
        return FIREWALL in self._knowledge.keys and not self._ruleset.watched

    @property
    def asking(self) -> bool:
        """Whether a person is being asked for a password at this moment."""
        return any(machine.asking for machine in self._machines)

    @property
    def observations(self) -> Collection[Observation]:
        """All that is known of the machine."""
        return self._knowledge.observations

    def look(self, observer: Observer) -> Grade:
        """Look at everything. The first call of all; afterwards :meth:`turn` says what has changed.

        :param observer: of this first look, which may take a moment.
        """
        subject, machine = self._subject, self._machine()
        host = LiveHost(machine, self._student.log)
        self._machines.append(machine)
        self._verdicts = judge(subject.run, subject.selected, host, subject.registry, observer)
        self._machines.remove(machine)
        self._facts = host_facts(host)
        self._keep(host.observations)
        return self._grade()

    def listen(self) -> None:
        """Begin to hear events. What was seen before is looked at once more: it may have changed since."""
        for edge in (self._files, self._links):
            if edge.fileno() >= 0:
                self._selector.register(edge, selectors.EVENT_READ, edge)
        self._selector.register(self._awake, selectors.EVENT_READ)
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
            self._ruleset.refused = False
        keys = set(self._knowledge.keys)
        if not by_hand and not self._ruleset.runs:
            keys.discard(FIREWALL)
        self._want(keys, 0.0)

    def turn(self, at_most: float | None = None) -> tuple[Grade | None, bool]:
        """Wait for something to happen, and take it in.

        :param at_most: seconds to wait.
        :returns: the new grade, where a verdict was reached anew; and whether what is heard besides spoke.
        """
        before, wait = Moment.now(), self._wait(at_most)
        ready = {key.data or key.fileobj for key, _ in self._selector.select(wait)}
        now = Moment.now()
        if gap(before, wait, now):
            self.look_anew(by_hand=False)
        self._take_in(ready)
        self._poll(now.running)
        self._ask_pending(Moment.now().running)
        other = bool(ready - {self._files, self._links, self._awake})
        return self._judge(Moment.now().running), other

    # Events.

    def _post(self, work: Callable[[], None]) -> None:
        """From another thread: have the one that judges do it."""
        self._posted.put(work)
        with contextlib.suppress(OSError):  # full: it will wake; closed: it has ended
            os.write(self._alarm, b"!")

    def _take_in(self, ready: Collection[object]) -> None:
        if self._files in ready:
            self._touch(self._files.changed())
        if self._links in ready:
            self._links.drain()
            self._touch({LINKS})
        if self._awake in ready:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._awake, 4096):
                    pass
        with contextlib.suppress(queue.Empty):
            while True:
                self._posted.get_nowait()()

    def _touch(self, topics: Collection[Topic]) -> None:
        touched = self._knowledge.touched(topics) if topics else frozenset[str]()
        if FIREWALL in touched and not self._ruleset.runs:
            touched -= {FIREWALL}  # reading it might make sudo ask
        self._want(touched, RULES_SETTLING if RULESET in topics else SETTLING)

    def _want(self, keys: Iterable[str], settling: float) -> None:
        now = Moment.now().running
        for key in keys:
            source = self._knowledge.question(key).source
            if source in EARLY:
                self._echoes = [each for each in self._echoes if each[1] != key]
                self._echoes += [(now + later, key) for later in ECHOES]
            earliest = 0.0 if source in ALWAYS_HEARD else self._throttle.earliest(key)
            self._pending.setdefault(key, max(now + settling, earliest))

    def _told(self, message: dict[str, Any] | None) -> None:
        """What the process that looks at libvirt says by itself; in a thread of its own."""
        if message is None:
            self._post(self._aside_ended)
        else:
            topics = {(str(kind), str(name)) for kind, name in message["topics"]}
            self._post(lambda: self._touch(topics))

    def _aside_ended(self) -> None:
        self._aside = None
        self._touch({LIBVIRT})

    # Questions and answers.

    def _machine(self) -> WatchedMachine:
        student = self._student
        machine = WatchedMachine(
            environ=student.environ,
            ask_password=student.ask_password,
            memory=student.memory,
            ruleset=self._ruleset,
        )
        aside = self._aside = self._aside or Aside("tutor.watch.libvirt_process", self._told)
        machine.shared("aside", lambda: aside)
        return machine

    def _poll(self, now: float) -> None:
        soon, seldom = self._soon.due <= now, self._seldom.due <= now
        keys = {key for when, key in self._echoes if when <= now} & set(self._knowledge.keys)
        self._echoes = [each for each in self._echoes if each[0] > now]
        if not soon and not seldom:
            self._ask(keys - self._flying.keys() - self._pending.keys(), by_event=False)
            return
        uncovered = {*self._files.unseen, *(() if self._links.fileno() >= 0 else [LINKS])}
        often, rarely = self._knowledge.to_poll(uncovered)
        if soon:
            self._soon.looked(now)
            self._touch(self._files.glance())
            keys |= often
        if seldom:
            self._seldom.looked(now)
            keys |= rarely
        self._ask(keys - self._flying.keys() - self._pending.keys(), by_event=False)

    def _ask_pending(self, now: float) -> None:
        due = {key for key, earliest in self._pending.items() if earliest <= now} - self._flying.keys()
        for key in due:
            del self._pending[key]
        self._ask(due & set(self._knowledge.keys), by_event=True)

    def _ask(self, keys: Collection[str], *, by_event: bool) -> None:
        """Ask these: what is quick at once, each slow source in a thread of its own."""
        if not keys:
            return
        questions = [self._knowledge.question(key) for key in sorted(keys)]
        machine = self._machine()
        host = LiveHost(machine, self._student.log)
        slow: dict[str, list[Question[Any]]] = {}
        quick = []
        for question in questions:
            if host.is_slow(question):
                slow.setdefault(question.source, []).append(question)
            else:
                quick.append(question)
        self._flying.update(dict.fromkeys(keys, by_event))
        host.start(question for wanted in slow.values() for question in wanted)
        for wanted in slow.values():
            self._machines.append(machine)
            threading.Thread(target=self._collect, args=(host, machine, wanted), daemon=True).start()
        self._answered([host.observe(question) for question in quick])

    def _collect(self, host: LiveHost, machine: WatchedMachine, wanted: Sequence[Question[Any]]) -> None:
        answers = [host.observe(question) for question in wanted]

        def come() -> None:
            self._machines.remove(machine)
            self._answered(answers)

        self._post(come)

    def _answered(self, answers: Sequence[Observation]) -> None:
        now = Moment.now().running
        changed = self._knowledge.learn(answers, now)
        for one in answers:
            if self._flying.pop(one.key, False):
                self._throttle.answered(one.key, now, changed=one.key in changed)
        if any(self._knowledge.is_silent(one.key) for one in answers):
            self._soon.quicken(now)
        if changed:
            self._stale_since = self._stale_since if self._stale else now
            self._stale |= concerned(self._verdicts, changed)
            self._soon.quicken(now)
            self._seldom.quicken(now)

    # Verdicts.

    def _judge(self, now: float) -> Grade | None:
        again = frozenset(self._stale)
        if now < self._stale_since + TOGETHER:
            again = settled(self._verdicts, again, self._unsettled(now), self._knowledge.rests_on)
        if not again:
            return None
        self._stale -= again
        subject = self._subject
        host = LiveHost(self._machine(), self._student.log, self._knowledge.observations)
        self._verdicts = judge_again(
            subject.run,
            host,
            subject.registry,
            subject.observer,
            again=again,
            verdicts=self._verdicts,
        )
        known = set(self._knowledge.keys)
        self._keep(host.observations)
        self._files.watch(self._knowledge.topics)
        # Seen before its changes were heard: once more.
        self._want(set(self._knowledge.keys) - known - {FIREWALL}, SETTLING)
        return self._grade()

    def _unsettled(self, now: float) -> set[str]:
        """Questions that an event has touched, and that are going to be answered in a moment."""
        coming = {key for key, earliest in self._pending.items() if earliest < now + TOGETHER}
        return coming | {key for key, by_event in self._flying.items() if by_event}

    def _keep(self, observations: Iterable[Observation]) -> None:
        self._knowledge.keep(observations, self._verdicts.values())

    def _grade(self) -> Grade:
        return graded(self._subject.run, self._subject.selected, self._verdicts, self._facts)

    def _wait(self, at_most: float | None) -> float:
        """Seconds until something is to be done anyway."""
        now = Moment.now().running
        times = [self._soon.due, self._seldom.due, *(when for when, _ in self._echoes)]
        times += [earliest for key, earliest in self._pending.items() if key not in self._flying]
        if self._stale:
            times.append(self._stale_since + TOGETHER)
        wait = max(0.0, min(times) - now)
        if self.asking:
            wait = min(wait, ASKING)
        return wait if at_most is None else min(wait, at_most)
