"""The machine that the tool runs on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from tutor.errors import UserError
from tutor.host.machine import PASSWORD_LIMIT, Machine
from tutor.host.question import Observation, Question, Unobservable
from tutor.host.source import SOURCES, Source
from tutor.text import text

T = TypeVar("T")

#: Seconds after which an answer is given up. Programs and libvirt have shorter limits of their own.
LIMIT = 10.0


class _Job:
    """A question under way: the observation, once ``done`` is set."""

    __slots__ = ("done", "observation")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.observation: Observation | None = None


class LiveHost:
    """Looks at each thing once, however often it is asked; failures are remembered too."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._jobs: dict[str, _Job] = {}

    def start(self, questions: Iterable[Question[Any]]) -> None:
        """Begin to answer the slow ones of ``questions``, all at the same time."""
        by_source: dict[str, list[Question[Any]]] = {}
        for question in questions:
            source = SOURCES.get(question.source)
            if question.key not in self._jobs and source is not None and source.slow:
                self._jobs[question.key] = _Job()
                by_source.setdefault(question.source, []).append(question)
        for name, wanted in by_source.items():
            self._in_background(SOURCES[name], wanted)

    def ask(self, question: Question[T]) -> T:
        """The answer; see :class:`tutor.host.host.Host`."""
        observation = self.observe(question)
        if observation.failure is not None:
            raise observation.failure.with_traceback(None)
        answer: T = observation.value
        return answer

    def observe(self, question: Question[Any]) -> Observation:
        """The answer or the reason why there is none, memoised."""
        job = self._jobs.get(question.key)
        if job is None:
            job = self._jobs[question.key] = _Job()
            source = SOURCES.get(question.source, _NOWHERE)
            if source.slow:
                self._in_background(source, [question])
            else:
                self._look(source, [question])
        if not self._done_in_time(job):
            late = Unobservable("timed-out", text("{question} was not answered in time", question=question.key))
            self._end(job, Observation(question.key, None, late, "", time.time(), LIMIT))
        assert job.observation is not None  # noqa: S101 - set before done
        return job.observation

    @property
    def observations(self) -> Iterator[Observation]:
        """All that has been observed so far, for a recording."""
        return (job.observation for job in list(self._jobs.values()) if job.observation is not None)

    def _in_background(self, source: Source, questions: Sequence[Question[Any]]) -> None:
        # A daemon thread: one that hangs in a call must not keep the tool from ending.
        threading.Thread(target=self._look, args=(source, questions), daemon=True).start()

    def _look(self, source: Source, questions: Sequence[Question[Any]]) -> None:
        started, clock = time.time(), time.monotonic()
        answers: dict[tuple[str, ...], Any] = {}
        try:
            answers.update(source.observe(self._machine, [question.args for question in questions]))
        except Unobservable as failure:
            answers.update(dict.fromkeys((question.args for question in questions), failure))
        except Exception as error:  # noqa: BLE001 - a fault of ours is "could not ask", never a lost run
            ours = Unobservable("internal-error", text("internal error: {error}", error=repr(error)))
            answers.update(dict.fromkeys((question.args for question in questions), ours))
        duration = time.monotonic() - clock
        for question in questions:
            self._settle(source, question, answers.get(question.args), started, duration)

    def _settle(
        self, source: Source, question: Question[Any], answer: Any, when: float, duration: float
    ) -> None:
        job = self._jobs[question.key]
        if job.done.is_set():
            return
        failure = answer if isinstance(answer, Unobservable) else None
        value = None if failure else answer
        job.observation = Observation(question.key, value, failure, source.by, when, duration)
        job.done.set()
