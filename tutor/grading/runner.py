"""From check specs and a host to verdicts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from tutor.course.records import CheckSpec
from tutor.course.variables import parameters
from tutor.grading.ahead import Ahead
from tutor.grading.registry import Check, Registry
from tutor.grading.verdict import Finding, Status, Verdict
from tutor.grading.witness import Witness, sound
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed
from tutor.text import text

#: Seconds that a check may take before it is worth seeing which answers have come in meanwhile.
A_WHILE = 0.001


class Observer(Protocol):
    """Told of the run's progress; the core itself never prints."""

    def begins(self, spec: CheckSpec) -> None:
        """A check is about to run."""

    def internal_error(self, spec: CheckSpec, error: BaseException) -> str | None:
        """A check has a bug; returns the path of the log, where one could be written."""


class Runner:
    """Runs checks in their order, each once, and remembers how each ended.

    :param ahead: what was found before; none: nothing is, as where nearly everything is answered already.
    """

    def __init__(
        self,
        registry: Registry,
        host: Host,
        values: Mapping[str, str | int],
        observer: Observer,
        ahead: Ahead | None = None,
    ) -> None:
        self._registry = registry
        self._host = host
        self._values = values
        self._observer = observer
        self._ahead = ahead
        self.verdicts: dict[str, Verdict] = {}

    def run(self, ordered: Sequence[CheckSpec]) -> dict[str, Verdict]:
        """A verdict for each spec, by its id.

        :param ordered: needs before those that need them.
        """
        for spec in ordered:
            self._observer.begins(spec)
            if self._ahead is not None and self._root_blocker(spec) is None:
                self._ahead.look_meanwhile(spec, self.verdicts)
            verdict = self.verdicts[spec.id] = self._judge(spec)
            if self._ahead is not None and verdict.duration > A_WHILE:
                self._ahead.look_further(self.verdicts)
        return self.verdicts

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
        elif self._ahead is not None and spec.id in self._ahead.found:
            finding, asked = self._ahead.found[spec.id]
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
            return sound(run())
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
