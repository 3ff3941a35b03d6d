"""What checks find, and what they wait for, before their turn: so that answers are sought side by side."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from tutor.course.records import CheckSpec
from tutor.course.variables import parameters
from tutor.dataclass import dataclass
from tutor.grading.registry import Registry
from tutor.grading.verdict import Finding
from tutor.grading.witness import Witness, sound
from tutor.host.host import Host, can_await, can_start, together
from tutor.host.question import Question

T = TypeVar("T")


class _NotYet(BaseException):
    """Ends a check at its first slow question."""


class _Scout:
    """A host that answers nothing slow: a check asked of it gets as far as its first slow question.

    :ivar wanted: the slow questions, sought together, that it got to.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.wanted: tuple[Question[Any], ...] = ()

    def ask(self, question: Question[T]) -> T:
        """Answers what is quick."""
        if not can_start(self._host) or self._host.is_slow(question):
            self.start([question])
        return self._host.ask(question)

    def start(self, questions: Iterable[Question[Any]]) -> None:
        """See :class:`Startable`: what is sought together is known together."""
        self.wanted = self.wanted or tuple(questions)
        raise _NotYet

    def is_slow(self, question: Question[Any]) -> bool:  # noqa: ARG002 - the protocol's
        """See :class:`Startable`."""
        return True


@dataclass(frozen=True, slots=True)
class Scouted:
    """How far a check gets without waiting.

    :ivar wanted: the slow questions that it asks first, and without whose answers it gets no further.
    :ivar found: what it has found already, and the keys of what it asked; None where it waits, or has a bug.
    """

    spec: CheckSpec
    wanted: tuple[Question[Any], ...]
    found: tuple[Finding, tuple[str, ...]] | None


def scout(
    specs: Iterable[CheckSpec], registry: Registry, values: Mapping[str, str | int], host: Host
) -> Iterator[Scouted]:
    """Run checks as far as they get, so that the answers they wait for can be sought side by side.

    Checks are pure functions of observations, so what one has found here is what it finds.

    :param host: asked only what is quick.
    """
    for spec in specs:
        check = registry.get(spec.check)
        if check is None:
            continue
        asked = _Scout(host)
        witness, finding = Witness(asked), None
        with suppress(_NotYet, Exception, SystemExit):  # a bug is reported in the run proper
            finding = sound(check.function(witness, **parameters(spec.params, values)))
        if asked.wanted:  # a careless check may have caught what should have ended it
            finding = None
        yield Scouted(spec, asked.wanted, None if finding is None else (finding, tuple(witness.asked)))


class Ahead:
    """The checks of one run that have been asked before their turn.

    Answers are sought as soon as it is known that a check wants them, and a check is asked again once it
    has got them: whoever judges in order finds most of it done.

    :ivar found: by the spec's id what a check has found, and the keys of what it asked.
    """

    def __init__(self, host: Host, values: Mapping[str, str | int]) -> None:
        self._host = host
        self._values = values
        self._registry = Registry()
        self._waiting: dict[str, Scouted] = {}
        self._seen: set[str] = set()
        self._late: set[str] = set()
        self._patient = True
        self.found: dict[str, tuple[Finding, tuple[str, ...]]] = {}

    def look(
        self, specs: Iterable[CheckSpec], registry: Registry, more: Iterable[Question[Any]] = ()
    ) -> None:
        """Ask checks, and begin to seek all that they want; each is asked once, when it is first known.

        :param more: questions that somebody will ask afterwards.
        """
        self._registry = registry
        new = [spec for spec in specs if spec.id not in self._seen and registry.get(spec.check) is not None]
        if self._seen:
            self._late.update(spec.id for spec in new)
        self._seen.update(spec.id for spec in new)
        waiting = list(self._scouted(new))
        # Those who ask the same source are answered by one look.
        together(self._host, *(question for one in waiting for question in one.wanted), *more)

    def look_further(self, judged: Container[str]) -> None:
        """Ask those again whose answers have come in.

        :param judged: ids of specs whose turn has been.
        """
        for spec_id in [spec_id for spec_id in self._waiting if spec_id in judged]:
            del self._waiting[spec_id]
        ready = [one.spec for one in self._waiting.values() if not any(map(self._is_slow, one.wanted))]
        ready.sort(key=lambda spec: spec.id in self._late)
        for one in self._scouted(ready):
            together(self._host, *one.wanted)

    def look_meanwhile(self, spec: CheckSpec, judged: Container[str]) -> None:
        """Look further at all, and at the others for as long as this one would have to wait.

        Once nothing comes for a moment, waiting is left to whoever judges, who has limits for it.
        """
        if spec.id in self.found:
            return
        self.look_further(judged)
        while self._patient and self._must_wait(spec) and can_await(self._host):
            wanted = (question for one in self._waiting.values() for question in one.wanted)
            self._patient = self._host.await_any([one for one in wanted if self._is_slow(one)])
            self.look_further(judged)

    def _must_wait(self, spec: CheckSpec) -> bool:
        one = self._waiting.get(spec.id)
        return one is not None and any(map(self._is_slow, one.wanted))

    def _scouted(self, specs: Iterable[CheckSpec]) -> Iterator[Scouted]:
        """Those that wait now; what the others have found is kept."""
        for one in scout(specs, self._registry, self._values, self._host):
            self._waiting.pop(one.spec.id, None)
            if one.wanted:
                self._waiting[one.spec.id] = one
                yield one
            elif one.found is not None:
                self.found[one.spec.id] = one.found

    def _is_slow(self, question: Question[Any]) -> bool:
        return can_start(self._host) and self._host.is_slow(question)
