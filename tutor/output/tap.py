"""TAP version 14: one test point per check, in the order of the course.

https://testanything.org/tap-version-14-specification.html. A harness takes every ``not ok`` for
a failure, and so do we with what could not be observed and what is blocked; the diagnostics tell
which. A check of an optional step that does not pass is ``not ok ... # TODO optional``, which a
harness reports and does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from tutor.grading.verdict import Grade, Status, StepResult, Verdict
from tutor.output.details import rendered
from tutor.output.printable import escape, printable
from tutor.output.style import Style
from tutor.text import Text, Translate, text

_SURROGATES = range(0xD800, 0xE000)


def render(grade: Grade, translate: Translate, _style: Style, /) -> str:
    """The plan, and a test point for each check with what is known of it as YAML."""
    total = sum(len(result.verdicts) for result in grade.steps)
    nothing = "" if total else f" # SKIP {_escaped(text('nothing was selected').render(translate))}"
    lines = ["TAP version 14", f"1..{total}{nothing}"]
    numbers = count(1)
    for result in grade.steps:
        lines.append(f"# {printable(result.step.id)}: {printable(result.step.title)}")
        for verdict in result.verdicts:
            lines.append(_point(next(numbers), result, verdict, translate))
            lines += _diagnostics(verdict, translate)
    return "\n".join(lines) + "\n"


def _point(number: int, result: StepResult, verdict: Verdict, translate: Translate) -> str:
    finding, directive = verdict.finding, ""
    is_ok = finding.status in {Status.PASS, Status.SKIP}
    if finding.status is Status.SKIP:
        directive = f" # SKIP {_escaped(rendered(finding.observed, translate) or '')}".rstrip()
    elif not is_ok and result.step.optional:
        directive = f" # TODO {_escaped(text('optional').render(translate))}"
    return f"{'ok' if is_ok else 'not ok'} {number} - {_escaped(verdict.spec.id)}{directive}"


def _diagnostics(verdict: Verdict, translate: Translate) -> Iterator[str]:
    """A YAML block; every string in double quotes, so that no value can mean anything else."""
    told = _told(verdict, translate)
    if not told and not verdict.finding.fix:
        return
    yield "  ---"
    for name, value in told.items():
        yield f"  {name}: {_quoted(value)}"
    if verdict.finding.fix:
        yield "  fix:"
        yield from (f"    - {_quoted(command)}" for command in verdict.finding.fix)
    yield "  ..."


def _told(verdict: Verdict, translate: Translate) -> dict[str, str]:
    finding, status = verdict.finding, verdict.status
    texts: dict[str, Text | None] = {"note": finding.note}
    known: dict[str, str | None] = {}
    if status not in {Status.PASS, Status.SKIP}:
        known = {
            "severity": "error" if status is Status.UNKNOWN else "fail",
            "status": status.value,
            "code": finding.code,
            "blocked_by": verdict.blocked_by,
        }
        texts = {
            "message": finding.observed,
            "expected": finding.expected,
            "why": finding.why,
            "hint": finding.hint,
            **texts,
        }
    known.update((name, rendered(message, translate)) for name, message in texts.items())
    return {name: value for name, value in known.items() if value is not None}


def _escaped(description: str) -> str:
    r"""One line in which ``\`` and ``#`` mean themselves."""
    return printable(description).replace("\\", "\\\\").replace("#", "\\#")


def _quoted(value: str) -> str:
    """A double-quoted YAML string (YAML 1.2.2, 7.3.1).

    A JSON string nearly is one, but writes what lies outside the basic plane as two surrogates.
    """
    return '"' + "".join(map(_yaml, value)) + '"'


def _yaml(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    # YAML has no surrogates: one stands there as the text of its escape.
    return ("\\" if ord(char) in _SURROGATES else "") + escape(char)
