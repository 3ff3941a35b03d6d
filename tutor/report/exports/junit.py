"""JUnit XML: a suite for each student, a case for each check (testmoapp/junitxml)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from tutor.report.exports.aim import Aim
from tutor.report.hand_in import Check, HandIn, Step
from tutor.report.records import Report, Student

_ELEMENTS = {"fail": "failure", "unknown": "error", "blocked": "skipped", "skip": "skipped"}
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
#: What XML 1.0 has no form for (section 2.2).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, _aim: Aim, /) -> Iterator[str]:
    """See :class:`tutor.report.exports.interface.OfClass`. Optional steps count for nothing: skipped."""
    optional = {step.id for lesson in report.course.lessons for step in lesson.steps if step.optional}
    counts: Counter[str] = Counter()
    for student in report.students:
        for step in student.hand_in.steps if student.hand_in else ():
            for check in step.checks:
                counts["tests"] += 1
                counts[_element(step, check, optional) or ""] += 1
    head = ET.Element("testsuites", name=safe(report.course.title), tests=str(counts["tests"]))
    for attribute, element in _COUNTED.items():
        head.set(attribute, str(counts[element]))
    head.set("time", "0")
    opening = ET.tostring(head, encoding="unicode")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n' + opening.removesuffix(" />") + ">\n"
    for student in report.students:
        if student.hand_in is not None:
            yield ET.tostring(_suite(student, student.hand_in, optional), encoding="unicode") + "\n"
    yield "</testsuites>\n"


def safe(value: str) -> str:
    """The text as XML can hold it."""
    return _NO_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", value)


def _suite(student: Student, hand_in: HandIn, optional: set[str]) -> ET.Element:
    suite = ET.Element("testsuite", name=safe(student.key), timestamp=hand_in.started, time="0")
    properties = ET.SubElement(suite, "properties")
    about = {
        "name": student.name,
        "email": student.email or "",
        "made": hand_in.made,
        "points": f"{hand_in.points}/{hand_in.max_points}",
        "undecided": " ".join(hand_in.undecided),
        "signature": hand_in.signature.state,
        "late": "" if hand_in.late is None else str(hand_in.late).lower(),
    }
    for name, value in about.items():
        ET.SubElement(properties, "property", name=name, value=safe(value))
    for step in hand_in.steps:
        for check in step.checks:
            _add_case(suite, step, check, optional)
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, element in _COUNTED.items():
        suite.set(attribute, str(sum(case.find(element) is not None for case in cases)))
    return suite


def _element(step: Step, check: Check, optional: set[str]) -> str | None:
    if check.status == "pass":
        return None
    return "skipped" if step.id in optional else _ELEMENTS[check.status]


def _add_case(suite: ET.Element, step: Step, check: Check, optional: set[str]) -> None:
    name = check.id.removeprefix(step.id + "/")
    case = ET.SubElement(suite, "testcase", name=name, classname=step.id.replace("/", "."), time="0")
    element = _element(step, check, optional)
    if element is None:
        return
    message = (
        f"blocked by {check.blocked_by}" if check.status == "blocked" else check.observed or check.status
    )
    outcome = ET.SubElement(case, element, message=safe(message))
    if element != "skipped":
        outcome.set("type", check.code or check.status)
    outcome.text = safe("\n".join(filter(None, (check.expected, check.observed, check.note))))
