"""From check specs and a host to verdicts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from tutor.course.records import CheckSpec
from tutor.course.variables import parameters
from tutor.dataclass import dataclass
from tutor.grading.registry import Check, Registry
from tutor.grading.verdict import Finding, Status, Verdict
from tutor.host.host import Host, can_start, together
from tutor.host.question import Question, Unobservable
from tutor.host.xml import NotWellFormed
from tutor.text import Text, text

T = TypeVar("T")

#: Seconds that a check may take before it is worth seeing which answers have come in meanwhile.
A_WHILE = 0.001


class Observer(Protocol):
    """Told of the run's progress; the core itself never prints."""

    def begins(self, spec: CheckSpec) -> None:
        """A check is about to run."""

    def internal_error(self, spec: CheckSpec, error: BaseException) -> str | None:
        """A check has a bug; returns the path of the log, where one could be written."""


class Witness:
    """A host that remembers what a check asked."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.asked: dict[str, None] = {}

    def ask(self, question: Question[T]) -> T:
        """See :class:`Host`."""
        self.asked[question.key] = None
        return self._host.ask(question)

    def start(self, questions: Iterable[Question[Any]]) -> None:
        """See :class:`Startable`."""
        together(self._host, *questions)

    def is_slow(self, question: Question[Any]) -> bool:
        """See :class:`Startable`."""
        return can_start(self._host) and self._host.is_slow(question)


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
            finding = _sound(check.function(witness, **parameters(spec.params, values)))
        if asked.wanted:  # a careless check may have caught what should have ended it
            finding = None
        yield Scouted(spec, asked.wanted, None if finding is None else (finding, tuple(witness.asked)))


class Runner:
    """Runs checks in their order, each once, and remembers how each ended.

    :param ordered: needs before those that need them.
    """

    def __init__(
        self,
        registry: Registry,
        host: Host,
        values: Mapping[str, str | int],
        observer: Observer,
    ) -> None:
        self._registry = registry
        self._host = host
        self._values = values
        self._observer = observer
        self._found: dict[str, tuple[Finding, tuple[str, ...]]] = {}
        self.verdicts: dict[str, Verdict] = {}

    def run(
        self, ordered: Sequence[CheckSpec], *, ahead: bool = True, more: Iterable[Question[Any]] = ()
    ) -> dict[str, Verdict]:
        """A verdict for each spec, by its id.

        :param ahead: look ahead; in vain where nearly everything is answered already.
        :param more: questions that somebody will ask afterwards.
        """
        waiting = list(self._scouted(ordered)) if ahead else []
        # Those who ask the same source are answered by one look.
        together(self._host, *(question for one in waiting for question in one.wanted), *more)
        for spec in ordered:
            self._observer.begins(spec)
            verdict = self.verdicts[spec.id] = self._judge(spec)
            if waiting and verdict.duration > A_WHILE:
                waiting = self._look_further(waiting)
        return self.verdicts

    def _scouted(self, specs: Iterable[CheckSpec]) -> Iterator[Scouted]:
        """Those that wait; what the others have found is kept."""
        for one in scout(specs, self._registry, self._values, self._host):
            if one.wanted:
                yield one
            elif one.found is not None:
                self._found[one.spec.id] = one.found

    def _look_further(self, waiting: Iterable[Scouted]) -> list[Scouted]:
        """The same with those whose answers have come in; all that wait now, and are not judged."""
        left = {one.spec.id: one for one in waiting if one.spec.id not in self.verdicts}
        ready = [one.spec for one in left.values() if not any(map(self._is_slow, one.wanted))]
        for spec in ready:
            del left[spec.id]
        for one in self._scouted(ready):
            together(self._host, *one.wanted)
            left[one.spec.id] = one
        return list(left.values())

    def _is_slow(self, question: Question[Any]) -> bool:
        return can_start(self._host) and self._host.is_slow(question)

    def _judge(self, spec: CheckSpec) -> Verdict:
        params = parameters(spec.params, self._values)
        check = self._registry.get(spec.check)
        if check is None:
            reason = text("this tutor has no check called {check}", check=spec.check)
            return Verdict(spec, params, Finding(Status.UNKNOWN, reason, code="no-such-check"))
        witness, started = Witness(self._host), time.monotonic()
        root = self._root_blocker(spec)
        asked: Iterable[str] = witness.asked
        if root is not None:
            finding = self._blocked(check, witness, params, root)
        elif spec.id in self._found:
            finding, asked = self._found.pop(spec.id)
        else:
            finding = self._guarded(spec, lambda: check.function(witness, **params))
        if finding.expected is None:
            finding = _expecting(finding, check, params)
        return Verdict(
            spec,
            params,
            finding,
            root.spec.id if root else None,
            tuple(asked),
            time.monotonic() - started,
        )

    def _root_blocker(self, spec: CheckSpec) -> Verdict | None:
        """The first need that did not pass, followed to where it began. A skipped need is met."""
        unmet = [self.verdicts[need] for need in spec.needs]
        unmet = [verdict for verdict in unmet if verdict.status not in (Status.PASS, Status.SKIP)]
        if not unmet:
            return None
        # A failure outweighs what could not be seen: it is certain.
        roots = [self.verdicts[verdict.blocked_by or verdict.spec.id] for verdict in unmet]
        return next((root for root in roots if root.status is Status.FAIL), roots[0])

    def _blocked(self, check: Check, host: Host, params: Mapping[str, Any], root: Verdict) -> Finding:
        code = "need-failed" if root.status is Status.FAIL else "need-unknown"
        fix = root.finding.fix
        if check.remedy is not None:
            with suppress(Exception, SystemExit):  # without a remedy the root's own fix is still true
                fix = (*fix, *check.remedy(host, **params))
        observed = text("not looked at, because {check} is not met", check=root.spec.id)
        return Finding(Status.BLOCKED, observed, code=code, fix=fix)

    def _guarded(self, spec: CheckSpec, run: Callable[[], Finding]) -> Finding:
        try:
            return _sound(run())
        except Unobservable as failure:
            return Finding(Status.UNKNOWN, failure.message, code=failure.reason, fix=failure.fix)
        except NotWellFormed as error:
            # libvirt writes XML: what is none was cut off, or changed by hand, on its way here.
            where = text(
                "XML that was seen is malformed: line {line}: {error}", line=error.line, error=error.message
            )
            return Finding(Status.UNKNOWN, where, code="malformed")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a bug in one check must not lose the run
            log = self._observer.internal_error(spec, error)
            message = text(
                "internal error in the check {check}; details in {log}", check=spec.check, log=log or "-"
            )
            return Finding(Status.UNKNOWN, message, code="internal-error")


def _sound(finding: Any) -> Finding:
    """The finding, if it is one that every output can show.

    :raises TypeError: what a third-party check returns may be anything.
    """
    if not isinstance(finding, Finding):
        raise TypeError(f"a check returns a Finding, not {finding!r:.100}")
    texts = (finding.observed, finding.expected, finding.why, finding.hint, finding.note)
    if not all(one is None or isinstance(one, Text) for one in texts):
        raise TypeError("the texts of a finding are Text")
    fix: Any = finding.fix
    if not isinstance(fix, tuple) or not all(isinstance(command, str) for command in fix):
        raise TypeError("the fix of a finding is a tuple of commands")
    return finding


def _expecting(finding: Finding, check: Check, params: Mapping[str, Any]) -> Finding:
    """The finding with the check's own sentence; not by ``replace``, which takes longer than many a check."""
    return Finding(
        finding.status,
        finding.observed,
        check.sentence(params),
        finding.code,
        finding.why,
        finding.hint,
        finding.fix,
        finding.note,
        finding.remember,
    )
