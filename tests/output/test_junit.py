"""Held to two independent readers: lxml for the XML, junitparser for what it means."""

from __future__ import annotations

from hypothesis import given
from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree

from tests.output.grades import every_outcome, grade, grades, optional, verdict
from tutor.course.records import Step
from tutor.grading.outcome import step_result
from tutor.grading.verdict import Grade, Status
from tutor.output.junit import render
from tutor.output.style import Style
from tutor.text import text


def parsed(graded: Grade) -> JUnitXml:
    return JUnitXml.fromstring(render(graded, str, Style()).encode())


@given(grades())
def test_hostile_values_leave_it_well_formed(graded: Grade) -> None:
    written = render(graded, str, Style()).encode()
    root = etree.fromstring(written)
    checks = sum(len(step.verdicts) for step in graded.steps)
    assert len(root.findall(".//testcase")) == int(root.get("tests") or -1) == checks
    for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.get(attribute) or -1) == len(root.findall(f".//{element}"))
    JUnitXml.fromstring(written)


def test_each_outcome_has_its_element() -> None:
    results = {
        f"{case.classname}.{case.name}": [type(result) for result in case.result]
        for suite in parsed(every_outcome())
        for case in suite
    }
    assert results == {
        "install.cpu.flag": [],
        "install.libvirt.programs": [],
        "install.libvirt.group": [Failure],
        "install.libvirt.open": [Skipped],
        "install.libvirt.daemon": [Error],
        "install.libvirt.polkit": [Skipped],
        "snapshots.tree.shape": [Failure],
        "snapshots.gui.window": [Skipped],
    }


def test_the_counts_are_right() -> None:
    junit = parsed(every_outcome())
    assert (junit.tests, junit.failures, junit.errors, junit.skipped, junit.time) == (8, 2, 1, 3, 1.25)
    assert [suite.name for suite in junit] == ["install", "snapshots"]
    assert [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in junit] == [
        (6, 1, 1, 2),
        (2, 1, 0, 1),
    ]


def test_messages_say_what_happened() -> None:
    root = etree.fromstring(render(every_outcome(), str, Style()).encode())
    messages = {element.tag: element.get("message") for element in root.iterfind(".//*[@message]")}
    blocked = root.find(".//testcase[@name='open']/skipped")
    unknown = root.find(".//testcase[@name='daemon']/error")
    assert blocked is not None
    assert blocked.get("message") == "blocked by install/libvirt/group"
    assert unknown is not None
    assert unknown.get("type") == "timed-out"
    assert messages["error"] == "systemctl did not answer within 5 seconds"


def test_a_failure_tells_everything() -> None:
    root = etree.fromstring(render(every_outcome(), str, Style()).encode())
    told = (root.findtext(".//testcase[@name='group']/failure") or "").split("\n")
    assert told[0] == "expected: the group libvirt is yours"
    assert told[1] == "observed: groups of student: student, sudo"
    assert told[-2:] == ["fix:", "sudo usermod -aG libvirt student"]


def test_an_optional_step_is_skipped_with_its_status() -> None:
    root = etree.fromstring(render(grade(optional()), str, Style()).encode())
    skipped = root.find(".//skipped")
    assert skipped is not None
    assert skipped.get("message") == "optional, fail: never opened"


def test_advice_on_a_pass_is_kept() -> None:
    noted = verdict("a/b/c", Status.PASS, "x", note=text("gone after a reboot"))
    root = etree.fromstring(render(grade(step_result(Step("a/b", "t"), [noted])), str, Style()).encode())
    assert root.findtext(".//system-out") == "note: gone after a reboot"


def test_the_declaration_is_utf_8_whatever_the_locale() -> None:
    assert render(grade(), str, Style()).startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
