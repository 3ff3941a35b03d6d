"""What doctor found: a line for each probe as it becomes known, and the whole as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tutor import __version__
from tutor.dataclass import asdict
from tutor.doctor.findings import Diagnosis, Finding, Health, Severity
from tutor.grading.verdict import HostFacts
from tutor.output.details import EXPECTED, FIX, HINT, OBSERVED, REASON, WHY, Detail, rendered
from tutor.output.json_document import dumped, milliseconds
from tutor.output.page import Page
from tutor.output.style import Role, Style
from tutor.text import Text, Translate, text

SCHEMA = 1

_WORDS: Mapping[Health, tuple[tuple[str, str], Text, Role]] = {
    Health.WELL: (("✓", "+"), text("well"), "good"),
    Health.PROBLEM: (("✗", "x"), text("problem"), "bad"),
    Health.UNKNOWN: (("?", "?"), text("unknown"), "doubt"),
    Health.SKIPPED: (("-", "-"), text("not asked"), "quiet"),
}
_LABELS: Mapping[Severity, Text] = {
    Severity.PROBLEM: OBSERVED,
    Severity.UNKNOWN: REASON,
    Severity.ADVICE: text("advice"),
}


def render_diagnosis(diagnosis: Diagnosis, width: int, translate: Translate, style: Style) -> str:
    """One probe: its name, how it ended, and what was found.

    :param width: cells of the longest name.
    """
    page = Page(translate, style)
    (mark, plain_mark), word, role = _WORDS[diagnosis.health]
    if style.plain:
        page.line(page.say(text("{name}: {verdict}", name=diagnosis.probe, verdict=word)))
    else:
        shown = f"{plain_mark if style.ascii else mark} {page.say(word)}"
        page.row(diagnosis.probe, shown, role, width=width, indent=0)
    page.details(list(_context(diagnosis, page)), level=1)
    for finding in diagnosis.findings:
        page.details(list(_details(finding, translate)), level=1)
    return page.document()


def render_outcome(diagnoses: Sequence[Diagnosis], translate: Translate, style: Style, *, acted: bool) -> str:
    """What it comes to, and what to do next."""
    page = Page(translate, style)
    counts = {health: sum(one.health is health for one in diagnoses) for health in Health}
    if counts[Health.PROBLEM]:
        page.line(page.say(text("Problems: {count}", count=counts[Health.PROBLEM])), role="bad")
        page.line(page.say(text("Run what stands under fix, from the top. Then look again:")))
        page.commands(["tutor doctor"], level=1)
    elif counts[Health.UNKNOWN]:
        page.line(page.say(text("No problem was seen, but not everything could be looked at.")), role="doubt")
    elif acted:
        page.line(page.say(text("This machine carries the course.")), role="good")
    else:
        page.line(page.say(text("Nothing is to be seen that is in the way of the course.")), role="good")
    return page.document()


def render_document(  # noqa: PLR0913, RUF100 - the fields of the document
    diagnoses: Iterable[Diagnosis],
    acting: frozenset[str],
    facts: HostFacts,
    run: Mapping[str, Any],
    translate: Translate,
) -> str:
    """All of it as JSON, which ``schema/doctor-1.json`` describes.

    :param acting: the names of the probes that judge what was tried.
    :param run: ``user``, ``started``, ``duration`` in seconds, and ``acted``.
    """
    probes = [_probe(one, translate, acts=one.probe in acting) for one in diagnoses]
    counts = {health.value: sum(one["health"] == health.value for one in probes) for health in Health}
    return dumped(
        {
            "schema": SCHEMA,
            "tool": {"name": "tutor", "version": __version__},
            "host": asdict(facts),
            "user": run["user"],
            "started": run["started"],
            "duration_ms": milliseconds(run["duration"]),
            "acted": run["acted"],
            "summary": {**counts, "advice": sum(len(one["advice"]) for one in probes)},
            "probes": probes,
        }
    )


def _context(diagnosis: Diagnosis, page: Page) -> Iterable[Detail]:
    if page.style.verbose:
        yield Detail(EXPECTED, page.say(diagnosis.expected))
        if diagnosis.seen is not None and not diagnosis.findings:
            yield Detail(OBSERVED, page.say(diagnosis.seen))
    if diagnosis.reason is not None and (page.style.verbose or diagnosis.health is Health.SKIPPED):
        yield Detail(REASON, page.say(diagnosis.reason))


def _details(finding: Finding, translate: Translate) -> Iterable[Detail]:
    labelled = ((_LABELS[finding.severity], finding.what), (WHY, finding.why), (HINT, finding.hint))
    for label, message in labelled:
        value = rendered(message, translate)
        if value is not None:
            yield Detail(label, value)
    if finding.fix:
        yield Detail(FIX, commands=finding.fix)


def _probe(diagnosis: Diagnosis, translate: Translate, *, acts: bool) -> dict[str, Any]:
    findings = [one for one in diagnosis.findings if one.severity is not Severity.ADVICE]
    others = [one for one in diagnosis.findings if one.severity is Severity.ADVICE]
    return {
        "name": diagnosis.probe,
        "expected": rendered(diagnosis.expected, translate),
        "acts": acts,
        "health": diagnosis.health.value,
        "seen": rendered(diagnosis.seen, translate),
        "reason": rendered(diagnosis.reason, translate),
        "findings": [{"severity": one.severity.value, **_plain(one, translate)} for one in findings],
        "advice": [_plain(one, translate) for one in others],
        "duration_ms": milliseconds(diagnosis.duration),
    }


def _plain(finding: Finding, translate: Translate) -> dict[str, Any]:
    return {
        "code": finding.code,
        "what": rendered(finding.what, translate),
        "why": rendered(finding.why, translate),
        "hint": rendered(finding.hint, translate),
        "fix": list(finding.fix),
    }
