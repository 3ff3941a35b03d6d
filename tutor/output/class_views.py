"""The class by step, by check, by who is stuck and by machine, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.grading.verdict import Status
from tutor.output.class_table import MOST_LISTED, label, write_list
from tutor.output.details import STATUS_WORDS
from tutor.output.marks import ROLES
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.report.findings import Item, Stuck
from tutor.report.hand_in import Check
from tutor.report.records import Report
from tutor.text import Text, Translate, text

_ORDER = (Status.FAIL, Status.UNKNOWN, Status.BLOCKED, Status.SKIP, Status.PASS)
_HOUR, _DAY = 3600, 86400


def render_step(report: Report, step: str, translate: Translate, style: Style) -> str:
    """A step: how each of its checks ended in the class, and whose it is that did not pass."""
    page = Page(translate, style)
    info = next(one for lesson in report.course.lessons for one in lesson.steps if one.id == step)
    page.heading(page.say(text("{id}: {title}", id=info.id, title=info.title)))
    for item in report.items:
        if item.step == step:
            _write_item(page, item)
    found = _by_status(report, step)
    for status in _ORDER:
        if found.get(status) and status is not Status.PASS:
            page.heading(page.say(STATUS_WORDS[status]))
            write_list(page, found[status], role=ROLES[status])
    return page.document()


def render_items(report: Report, translate: Translate, style: Style) -> str:
    """Every check that not all have, the one that most lack first."""
    page = Page(translate, style)
    page.heading(page.say(text("Checks that did not pass, by how many")))
    missed = [item for item in report.items if item.failed or item.unknown or item.blocked]
    for item in sorted(missed, key=lambda one: (-one.failed, -one.unknown, -one.blocked)):
        _write_item(page, item)
    if not missed:
        page.line(page.say(text("Everybody has everything.")), role="good")
    return page.document()


def render_stuck(report: Report, translate: Translate, style: Style) -> str:
    """Who tried what in vain, and for how long; and the machines, since it may be theirs."""
    page = Page(translate, style)
    page.heading(page.say(text("Who is stuck")))
    names = {student.key: label(student) for student in report.students}
    for one in report.stuck[:MOST_LISTED]:
        page.line(page.say(_stuck(one, names[one.student])))
    if len(report.stuck) > MOST_LISTED:
        page.line(page.say(text("... and {count} more", count=len(report.stuck) - MOST_LISTED)), role="quiet")
    if not report.stuck:
        page.line(page.say(text("No journal tells of a step that was tried in vain.")), role="good")
    page.heading(page.say(text("Machines, and how their students did")))
    for group in report.environments:
        machine = [group.os, group.virtualization, group.libvirt and f"libvirt {group.libvirt}"]
        told = text(
            "{machine}: {students} students, {share} % of the points, with something unknown: {unknown}",
            machine=", ".join(each for each in machine if each) or "?",
            students=group.students,
            share="?" if group.mean is None else round(group.mean * 100),
            unknown=group.unknown,
        )
        page.line(page.say(told))
    return page.document()


def _write_item(page: Page, item: Item) -> None:
    counts = (item.passed, item.failed, item.blocked, item.unknown, item.skipped)
    words = (Status.PASS, Status.FAIL, Status.BLOCKED, Status.UNKNOWN, Status.SKIP)
    told = ", ".join(
        f"{page.say(STATUS_WORDS[word])} {count}" for word, count in zip(words, counts, strict=True) if count
    )
    page.line(f"{item.id}: {told}", role="bad" if item.failed else None)
    for cause in item.causes:
        page.line(f"{cause.count} x {cause.code or cause.status}", level=1)
        for seen in cause.observed:
            page.line(f"{seen.count} x {seen.text}", level=2, role="quiet")


def _by_status(report: Report, step: str) -> dict[Status, list[str]]:
    """Who ended how, each with the causes."""
    found: dict[Status, list[str]] = {}
    for student in report.students:
        for one in student.hand_in.steps if student.hand_in else ():
            if one.id == step:
                told = f"{label(student)}{_causes(one.checks)}"
                found.setdefault(Status(one.status), []).append(told)
    return found


def _causes(checks: Sequence[Check]) -> str:
    codes = [f"{check.id.rpartition('/')[2]} {check.code}" for check in checks if check.code]
    return f": {', '.join(codes)}" if codes else ""


def _stuck(one: Stuck, name: str) -> Text:
    return text(
        "{student}: {step}, {attempts} attempts, {idle} since the last progress",
        student=name,
        step=one.step,
        attempts=one.attempts,
        idle=_span(one.idle),
    )


def _span(seconds: int) -> Text:
    if seconds >= 2 * _DAY:
        return text("{days} days", days=seconds // _DAY)
    if seconds >= 2 * _HOUR:
        return text("{hours} hours", hours=seconds // _HOUR)
    return text("{minutes} minutes", minutes=seconds // 60)
