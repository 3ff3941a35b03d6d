"""JUnit XML: a lesson is a suite, a step a class, a check a test case.

There is no specification; the field names are those that https://github.com/testmoapp/junitxml
collects. What could not be observed is an ``<error>``, what was not run is ``<skipped>``. A check
of an optional step that does not pass is ``<skipped>`` too, with its status in the message:
a reader counts failures and errors, and optional steps change no outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from tutor.grading.verdict import Grade, Status, StepResult, Verdict
from tutor.output.command import pasteable
from tutor.output.details import STATUS_WORDS, check_name, details, rendered
from tutor.output.printable import printable, printable_lines
from tutor.output.style import Style
from tutor.text import Translate, text

_ELEMENTS = {
    Status.FAIL: "failure",
    Status.UNKNOWN: "error",
    Status.BLOCKED: "skipped",
    Status.SKIP: "skipped",
}
_COUNTED = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


def render(grade: Grade, translate: Translate, _style: Style, /) -> str:
    """The document in UTF-8."""
    root = ET.Element("testsuites", name=printable(grade.course.id))
    for lesson, results in groupby(grade.steps, key=lambda result: result.step.lesson_id):
        suite = ET.SubElement(root, "testsuite", name=printable(lesson))
        for result in results:
            suite.extend(_case(result, verdict, translate) for verdict in result.verdicts)
        _count(suite, _seconds(suite), grade.started)
    _count(root, grade.duration, grade.started)
    ET.indent(root)
    # ElementTree would declare the locale's encoding.
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(result: StepResult, verdict: Verdict, translate: Translate) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=printable(result.step.id.replace("/", ".")),
        name=printable(check_name(result, verdict)),
        time=f"{verdict.duration:.3f}",
    )
    if verdict.status is not Status.PASS:
        element = "skipped" if result.step.optional else _ELEMENTS[verdict.status]
        outcome = ET.SubElement(case, element, message=_message(result, verdict, translate))
        if element != "skipped":
            outcome.set("type", printable(verdict.finding.code or verdict.status.value))
        outcome.text = "\n".join(_told(verdict, translate))
    elif verdict.finding.note is not None:
        ET.SubElement(case, "system-out").text = "\n".join(_told(verdict, translate))
    return case


def _message(result: StepResult, verdict: Verdict, translate: Translate) -> str:
    if verdict.status is Status.BLOCKED:
        message = text("blocked by {check}", check=verdict.blocked_by or "-")
    else:
        message = verdict.finding.observed or STATUS_WORDS[verdict.status]
    if result.step.optional and verdict.status is not Status.SKIP:
        word = STATUS_WORDS[verdict.status]
        message = text("optional, {status}: {message}", status=word, message=message)
    return printable(rendered(message, translate) or verdict.status.value)


def _told(verdict: Verdict, translate: Translate) -> Iterator[str]:
    """Everything but a message that stands in the attribute already."""
    for detail in details(verdict, translate, everything=verdict.status is not Status.PASS):
        label = detail.label.render(translate)
        lines = [pasteable(command) for command in detail.commands] or printable_lines(detail.value)
        separator = " " if len(lines) == 1 and not detail.commands else "\n"
        yield f"{label}:{separator}" + "\n".join(lines)


def _count(suite: ET.Element, seconds: float, started: str) -> None:
    suite.set("tests", str(_number(suite, "testcase")))
    for attribute, element in _COUNTED:
        suite.set(attribute, str(_number(suite, element)))
    suite.set("time", f"{seconds:.3f}")
    suite.set("timestamp", printable(started))


def _number(suite: ET.Element, tag: str) -> int:
    return sum(1 for _ in suite.iter(tag))


def _seconds(suite: ET.Element) -> float:
    return sum(float(case.get("time", "0")) for case in suite)
