"""The verdicts of the course's checks as findings: one judgement, told in two places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.course.records import CheckSpec
from tutor.dataclass import replace
from tutor.doctor.findings import Finding, Severity
from tutor.grading.registry import REGISTRY
from tutor.grading.runner import Runner
from tutor.grading.verdict import Finding as Verdict
from tutor.grading.verdict import Status
from tutor.host.host import Host
from tutor.text import Text, text

_SEVERITY = {Status.FAIL: Severity.PROBLEM, Status.UNKNOWN: Severity.UNKNOWN}


class _Unheard:
    """An observer that tells nobody; a fault in a check is a finding of its own."""

    def begins(self, spec: CheckSpec) -> None:
        """See :class:`tutor.grading.runner.Observer`."""

    def internal_error(self, spec: CheckSpec, error: BaseException) -> str | None:  # noqa: ARG002 - the protocol's
        """See :class:`tutor.grading.runner.Observer`."""
        return None


def spec(name: str, *needs: str, **params: str | Sequence[str]) -> CheckSpec:
    """A check by its name, which comes after others of the same probe."""
    return CheckSpec(name, name, params, needs)


def judged(host: Host, *specs: CheckSpec) -> Iterator[Finding | Text]:
    """What these checks find, or what the last of them saw.

    The fix of a check that is blocked goes to what blocks it: run as printed, all of it is mended.
    """
    verdicts = Runner(REGISTRY, host, {}, _Unheard()).run(specs)
    red = {name: one.finding for name, one in verdicts.items() if one.status in _SEVERITY}
    printed: set[str] = set()
    told: set[str] = set()
    for name, finding in red.items():
        if finding.code in told and not set(finding.fix) - printed:
            continue  # two checks met the same cause
        told.add(finding.code or "")
        behind = [one.finding.fix for one in verdicts.values() if one.blocked_by == name]
        fix = tuple(dict.fromkeys(command for commands in (finding.fix, *behind) for command in commands))
        yield as_finding(replace(finding, fix=tuple(one for one in fix if one not in printed)))
        printed.update(fix)
    last = next(reversed(verdicts.values())).finding
    for note in (one.finding.note for one in verdicts.values()):
        if note is not None:
            yield Finding(Severity.ADVICE, "note", note)
    if not red and last.observed is not None:
        yield last.observed


def as_finding(verdict: Verdict, severity: Severity | None = None) -> Finding:
    """A verdict that is no pass as a finding, of this severity or its own."""
    return Finding(
        severity or _SEVERITY[verdict.status],
        verdict.code or "unknown",
        verdict.observed or text("unknown"),
        verdict.why,
        verdict.hint,
        verdict.fix,
    )
