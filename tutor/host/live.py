"""The machine that the tool runs on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from tutor.errors import UserError
from tutor.host.aside import Aside, take
from tutor.host.machine import AFTER_SILENCE, Machine
from tutor.host.question import Observation, Question, Unobservable
from tutor.host.source import SOURCES, Answers, Args, Source
from tutor.text import text

T = TypeVar("T")

#: Seconds after which an answer is given up, the first one of a source. Programs and libvirt have shorter
#: limits of their own.
LIMIT = 10.0

#: Seconds between looks at whether a person is being asked for a password: that time does not count.
_SLICE = 0.25

#: Writes a fault of ours down, ``(where, error)``; where it did so, None where it could not.
Log = Callable[[str, BaseException], "str | None"]


class _Job:
    """A question under way: the observation, once ``done`` is set."""

    __slots__ = ("done", "observation")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.observation: Observation | None = None


class LiveHost:
    """Looks at each thing once, however often it is asked; failures are remembered too.

    :param log: where a source's own fault is written down.
    :param known: what was looked at before, and is not looked at again.
    """

    def __init__(self, machine: Machine, log: Log | None = None, known: Iterable[Observation] = ()) -> None:
        self._machine = machine
        self._log = log
        self._jobs: dict[str, _Job] = {}
        self._silent: set[str] = set()
        self._settling = threading.Condition()
        for observation in known:
            self._jobs[observation.key] = _Job()
            self._settle(observation)

    @property
    def asking(self) -> bool:
        """Whether a person is being asked for a password at this moment."""
        return self._machine.asking

    def start(self, questions: Iterable[Question[Any]]) -> None:
        """Begin to answer the slow ones of ``questions``, all at the same time."""
        by_source: dict[str, list[Question[Any]]] = {}
        for question in questions:
            if question.key not in self._jobs and _source_of(question).slow:
                self._jobs[question.key] = _Job()
                by_source.setdefault(question.source, []).append(question)
        # The other process works while this one still starts programs.
        for wanted in sorted(by_source.values(), key=lambda wanted: not _source_of(wanted[0]).apart):
            self._in_background(wanted)

    def is_slow(self, question: Question[Any]) -> bool:
        """See :class:`tutor.host.host.Startable`: what is answered already is not slow any more."""
        job = self._jobs.get(question.key)
        return _source_of(question).slow and not (job is not None and job.done.is_set())

    def await_any(self, questions: Iterable[Question[Any]]) -> bool:
        """See :class:`tutor.host.host.Awaitable`; a moment is a quarter of a second."""
        jobs = [self._jobs[question.key] for question in questions]
        with self._settling:
            return self._settling.wait_for(lambda: any(job.done.is_set() for job in jobs), _SLICE)

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
            source = _source_of(question)
            # Costs a tenth of a millisecond, and so is kept for where it may be needed.
            apart = source.slow or (source.waits and self._machine.shared("elsewhere", _waits_for_others))
            look = self._in_background if apart else self._look
            look([question])
        if not self._in_time(job, question.source):
            late = Unobservable(
                "timed-out", text("{question} was not answered in time", question=question.key)
            )
            self._settle(Observation(question.key, None, late, "", time.time(), LIMIT))
        assert job.observation is not None  # noqa: S101 - set before done
        return job.observation

    @property
    def observations(self) -> Iterator[Observation]:
        """All that has been observed so far, for a recording."""
        return (job.observation for job in list(self._jobs.values()) if job.observation is not None)

    def close(self) -> None:
        """End the process that looks at libvirt: who looks again and again must not collect them."""
        process = self._machine.made("aside")
        if process is not None:
            process.close()

    def _in_time(self, job: _Job, source: str) -> bool:
        left = AFTER_SILENCE if source in self._silent else LIMIT
        while not job.done.wait(_SLICE):
            # Whoever types a password has all the time that sudo gives.
            left -= 0 if self.asking else _SLICE
            if left <= 0:
                self._silent.add(source)
                return False
        return True

    def _in_background(self, questions: Sequence[Question[Any]]) -> None:
        if _source_of(questions[0]).apart:
            self._have_looked(questions)
            return
        # A daemon thread: one that hangs in a call must not keep the tool from ending.
        try:
            threading.Thread(target=self._look, args=(questions,), daemon=True).start()
        except RuntimeError:  # no more threads for this user: one thing after the other, then
            self._look(questions)

    def _have_looked(self, questions: Sequence[Question[Any]]) -> None:
        """Have questions to one source answered by the other process."""
        settle = self._settling_from_now(questions)
        self._aside().ask(questions[0].source, [question.args for question in questions], settle)

    def _look(self, questions: Sequence[Question[Any]]) -> None:
        """Answer questions to one source."""
        settle = self._settling_from_now(questions)
        settle(self._answers(_source_of(questions[0]), [question.args for question in questions]))

    def _settling_from_now(self, questions: Sequence[Question[Any]]) -> Callable[[Answers], None]:
        """What takes the answers of one source; how long they were sought is counted from now."""
        by, started, clock = _source_of(questions[0]).by, time.time(), time.monotonic()

        def settle(answers: Answers) -> None:
            duration = time.monotonic() - clock
            for question in questions:
                answer = answers.get(question.args, _LEFT_OUT)
                failure = answer if isinstance(answer, Unobservable) else None
                value = None if failure else answer
                self._settle(Observation(question.key, value, failure, by, started, duration))

        return settle

    def _answers(self, source: Source, wanted: Sequence[Args]) -> Answers:
        try:
            return source.observe(self._machine, wanted)
        except Unobservable as failure:
            reason = failure
        except UserError as error:  # the journal's: it says what is in the way of reading it
            reason = Unobservable("unreadable", error.what)
        except Exception as error:  # noqa: BLE001 - a fault of ours is "could not ask", never a lost run
            reason = self._fault(source, error)
        return dict.fromkeys(wanted, reason)

    def _aside(self) -> Aside:
        """The one process for what is looked at apart, begun at the first such question."""
        process: Aside = self._machine.shared("aside", take)
        return process

    def _fault(self, source: Source, error: Exception) -> Unobservable:
        log = self._log(f"source {source.name}", error) if self._log else None
        message = text(
            "internal error while looking at {source}; details in {log}", source=source.name, log=log or "-"
        )
        return Unobservable("internal-error", message)

    def _settle(self, observation: Observation) -> None:
        """The first observation counts: who was told that it is late is never told otherwise."""
        job = self._jobs[observation.key]
        with self._settling:
            if not job.done.is_set():
                job.observation = observation
                job.done.set()
                self._settling.notify_all()


def _waits_for_others() -> bool:
    from tutor.host.elsewhere import waits_for_others

    return waits_for_others()


#: What a source did not speak of is not "none": it answers for each that is asked of it.
_LEFT_OUT = Unobservable("malformed", text("the answer is missing from what was seen"))


def _source_of(question: Question[Any]) -> Source:
    return SOURCES.get(question.source) or Source(question.source, _unknown, slow=False, by="")


def _unknown(_machine: Machine, _wanted: Sequence[Args]) -> Answers:
    """A third-party check may ask for what no installed module looks at."""
    raise Unobservable("no-such-source", text("no module of this tutor looks at that"))
