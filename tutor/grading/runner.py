"""From check specs and a host to verdicts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from tutor.course.records import CheckSpec
from tutor.course.variables import parameters
from tutor.dataclass import dataclass, field
from tutor.grading.registry import Check, Registry
from tutor.grading.verdict import Finding, Status, Verdict
from tutor.host.host import Host, can_start, together
from tutor.host.question import Question, Unobservable
from tutor.host.xml import NotWellFormed
from tutor.text import Text, text

T = TypeVar("T")

#: Seconds after which a check has waited for an answer, rather than computed one.
WAITED = 0.008

#: Looks ahead in one run: each costs some milliseconds, and the deepest check asks three times.
MOST_SCOUTS = 3


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
    """How far checks get without waiting.

    ``questions`` are the slow ones that they ask first, by their key; ``waiting`` the checks that ask them;
    ``found`` holds, by spec id, what the others have found already, with the keys of what they asked.
    """

    questions: dict[str, Question[Any]] = field(default_factory=dict)
    waiting: list[CheckSpec] = field(default_factory=list)
    found: dict[str, tuple[Finding, tuple[str, ...]]] = field(default_factory=dict)


def scout(
    specs: Iterable[CheckSpec], registry: Registry, values: Mapping[str, str | int], host: Host
) -> Scouted:
    """Run checks as far as they get, so that the answers they wait for can be sought side by side.

    Checks are pure functions of observations, so what one has found here is what it finds.

    :param host: asked only what is quick.
    """
    scouted = Scouted()
    for spec in specs:
        check = registry.get(spec.check)
        if check is None:
            continue
        asked = _Scout(host)
        witness, finding = Witness(asked), None
        with suppress(_NotYet, Exception, SystemExit):  # a bug is reported in the run proper
            finding = _sound(check.function(witness, **parameters(spec.params, values)))
        if asked.wanted:  # a careless check may have caught what should have ended it
            scouted.questions.update((question.key, question) for question in asked.wanted)
            scouted.waiting.append(spec)
        elif finding is not None:
            scouted.found[spec.id] = finding, tuple(witness.asked)
    return scouted


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
        self, ordered: Sequence[CheckSpec], scouts: int = MOST_SCOUTS, more: Iterable[Question[Any]] = ()
    ) -> dict[str, Verdict]:
        """A verdict for each spec, by its id.

        :param scouts: how often to look ahead; not at all where nearly everything is answered already.
        :param more: questions that somebody will ask afterwards.
        """
        waiting = self._look_ahead(ordered, more) if scouts > 0 else []
        for spec in ordered:
            self._observer.begins(spec)
            verdict = self.verdicts[spec.id] = self._judge(spec)
            if verdict.duration > WAITED and scouts > 0:
                # Answers have come in meanwhile: what the other checks ask next can be sought now.
                scouts -= 1
                waiting = self._look_ahead([each for each in waiting if each.id not in self.verdicts])
        return self.verdicts

    def _look_ahead(self, specs: Iterable[CheckSpec], more: Iterable[Question[Any]] = ()) -> list[CheckSpec]:
        """Begin to seek what the checks wait for; those that do wait."""
        scouted = scout(specs, self._registry, self._values, self._host)
        together(self._host, *scouted.questions.values(), *more)
        self._found.update(scouted.found)
        return scouted.waiting

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
