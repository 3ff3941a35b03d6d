"""What is told of a verdict, in which order and under which names: shared by the formats."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.dataclass import dataclass
from tutor.grading.verdict import Status, StepResult, Verdict
from tutor.text import Text, Translate, text

STATUS_WORDS = {
    Status.PASS: text("pass"),
    Status.FAIL: text("fail"),
    Status.BLOCKED: text("blocked"),
    Status.UNKNOWN: text("unknown"),
    Status.SKIP: text("skip"),
}
EXPECTED, OBSERVED, REASON = text("expected"), text("observed"), text("reason")
WHY, HINT, FIX, NOTE = text("why"), text("hint"), text("fix"), text("note")
BLOCKED_BY = text("blocked by")


@dataclass(frozen=True, slots=True)
class Detail:
    """One labelled value of a verdict; ``fix`` alone holds commands, one per item."""

    label: Text
    value: str = ""
    commands: tuple[str, ...] = ()


def rendered(message: Text | None, translate: Translate) -> str | None:
    """The text in the chosen language; None for an absent or empty one.

    gettext answers the empty message with the catalogue's header, so it is never asked.
    """
    return message.render(translate) if message is not None and message.message else None


def details(verdict: Verdict, translate: Translate, *, everything: bool = False) -> Iterator[Detail]:
    """What a person is told of a verdict, in reading order; what is absent is left out.

    A pass has only its note to tell, a blocked or unknown check no expectation, unless
    ``everything`` is wanted.
    """
    finding, status = verdict.finding, verdict.status
    if status is Status.BLOCKED:
        yield Detail(BLOCKED_BY, verdict.blocked_by or "-")
    fields: list[tuple[Text, Text | None]] = []
    if status is Status.FAIL or everything:
        fields.append((EXPECTED, finding.expected))
    if status is Status.FAIL or (status is Status.PASS and everything):
        fields.append((OBSERVED, finding.observed))
    if status in {Status.UNKNOWN, Status.SKIP}:
        fields.append((REASON, finding.observed))
    fields += [(WHY, finding.why), (HINT, finding.hint)]
    for label, message in fields:
        value = rendered(message, translate)
        if value is not None:
            yield Detail(label, value)
    if finding.fix and status is not Status.PASS:
        yield Detail(FIX, commands=finding.fix)
    note = rendered(finding.note, translate)
    if note is not None:
        yield Detail(NOTE, note)


def check_name(result: StepResult, verdict: Verdict) -> str:
    """The check's own part of ``lesson/step/name``."""
    return verdict.spec.id.removeprefix(result.step.id + "/")
