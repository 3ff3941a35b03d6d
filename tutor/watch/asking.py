"""Asks the machine anew: the quick questions at once, each slow source in a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tutor.dataclass import dataclass
from tutor.host.aside import Aside
from tutor.host.live import LiveHost, Log
from tutor.host.machine import AskPassword, Memory
from tutor.host.question import Observation, Question
from tutor.watch.machine import WatchedMachine
from tutor.watch.ruleset import Ruleset
from tutor.watch.topics import LIBVIRT, RULESET, Place, Topic


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


class Asker:
    """Begins what is costly to begin once, and keeps it: the process for libvirt, and the one as root.

    :param post: has the one thread that judges do something.
    :param touch: is told there of topics that these processes say have changed.
    """

    def __init__(
        self,
        student: Student,
        post: Callable[[Callable[[], None]], None],
        touch: Callable[[Collection[Topic]], None],
    ) -> None:
        self._student, self._post, self._touch = student, post, touch
        self._aside: Aside | None = None
        self._beginning = threading.Lock()
        self._machines: list[WatchedMachine] = []
        self.ruleset = Ruleset(dict(student.environ), lambda: post(lambda: touch({RULESET})))

    @property
    def asking(self) -> bool:
        """Whether a person is being asked for a password at this moment."""
        return any(machine.asking for machine in self._machines)

    @contextlib.contextmanager
    def host(self, known: Iterable[Observation] = ()) -> Iterator[LiveHost]:
        """The machine, to be looked at by the one that judges, who waits for the answers."""
        machine = self._machine()
        self._machines.append(machine)
        try:
            yield LiveHost(machine, self._student.log, known)
        finally:
            self._machines.remove(machine)

    def ask(
        self, questions: Iterable[Question[Any]], answered: Callable[[Sequence[Observation]], None]
    ) -> None:
        """Ask these, all at the same time.

        :param answered: called in the thread that judges: for the quick ones before this returns, then
            for each slow source once it has answered.
        """
        machine = self._machine()
        host = LiveHost(machine, self._student.log)
        quick, slow = [], dict[str, list[Question[Any]]]()
        for question in questions:
            if host.is_slow(question):
                slow.setdefault(question.source, []).append(question)
            else:
                quick.append(question)
        host.start(question for wanted in slow.values() for question in wanted)
        for wanted in slow.values():
            self._machines.append(machine)
            arguments = (host, machine, wanted, answered)
            threading.Thread(target=self._collect, args=arguments, daemon=True).start()
        answered([host.observe(question) for question in quick])

    def close(self) -> None:
        """End what was begun."""
        self.ruleset.close()
        if self._aside is not None:
            self._aside.close()

    def _collect(
        self,
        host: LiveHost,
        machine: WatchedMachine,
        wanted: Sequence[Question[Any]],
        answered: Callable[[Sequence[Observation]], None],
    ) -> None:
        answers = [host.observe(question) for question in wanted]

        def come() -> None:
            self._machines.remove(machine)
            answered(answers)

        self._post(come)

    def _machine(self) -> WatchedMachine:
        student = self._student
        return WatchedMachine(
            environ=student.environ,
            ask_password=student.ask_password,
            memory=student.memory,
            ruleset=self.ruleset,
            begin_aside=self._begun_aside,
        )

    def _begun_aside(self) -> Aside:
        """In whichever thread first asks it; a course that asks nothing of libvirt never begins it."""
        with self._beginning:
            self._aside = self._aside or Aside("tutor.watch.libvirt_process", self._told)
            return self._aside

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
