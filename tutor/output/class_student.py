"""One student on a terminal: the hand-in, what it is worth as evidence, and every step."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.grading.verdict import Status
from tutor.output.class_table import SIGNATURES, label, write_suspicions
from tutor.output.details import EXPECTED, NOTE, OBSERVED, REASON, STATUS_WORDS
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.report.hand_in import Check, HandIn, Step
from tutor.report.records import Report, Student
from tutor.text import Translate, text

_QUIET = ("pass", "skip")
#: Moments of the journal that are shown: the latest.
_MOST_MOMENTS = 12


def render_student(
    report: Report, student: Student, observed: Mapping[str, str], translate: Translate, style: Style
) -> str:
    """Everything that the report knows of a student.

    :param observed: answers that verdicts rest on, by question, to be shown beside them; empty for none.
    """
    page = Page(translate, style)
    page.heading(label(student))
    for name, value in ((text("mail"), student.email), (text("id"), student.id)):
        if value:
            page.field(name, value)
    for remark in student.remarks:
        page.field(NOTE, remark)
    if student.hand_in is None:
        page.line(page.say(text("Nothing handed in that counts.")), role="bad")
    else:
        _write_hand_in(page, student.hand_in)
        _write_steps(page, report, student.hand_in, observed)
        _write_journal(page, student.hand_in)
    _write_earlier(page, student)
    write_suspicions(page, report, student.key)
    return page.document()


def _write_hand_in(page: Page, one: HandIn) -> None:
    page.field(text("file"), one.source.name)
    made = one.made if not one.late else page.say(text("{time} (late)", time=one.made))
    page.field(text("made"), made)
    signature = page.say(SIGNATURES[one.signature.state])
    for more in (one.signature.principal, one.signature.fingerprint, one.signature.reason):
        if more:
            signature += f", {more}"
    page.field(text("signature"), signature)
    chain = text("unbroken, {lines} lines", lines=one.chain.lines)
    if one.chain.broken:
        chain = text("broken, {count} times in {lines} lines", count=one.chain.broken, lines=one.chain.lines)
    page.field(text("journal"), page.say(chain))
    machine = one.environment
    shown = [machine.os, machine.virtualization, machine.libvirt and f"libvirt {machine.libvirt}"]
    page.field(text("machine"), ", ".join(each for each in shown if each))
    points = text("{points} of {most}", points=one.points, most=one.max_points)
    page.field(text("points"), page.say(points))
    if one.undecided:
        page.field(text("for you to decide"), ", ".join(one.undecided), role="doubt")
    for number in one.other_numbers:
        other = text(
            "{name} was {given}, and is {ours}", name=number.name, given=number.given, ours=number.ours
        )
        page.field(text("other number"), page.say(other))
    for difference in one.differences:
        told = text(
            "{id}: claimed {claimed}, judged {judged}",
            id=difference.id,
            claimed=difference.claimed or "-",
            judged=difference.judged or "-",
        )
        page.field(text("differs"), page.say(told), role="bad")


def _write_steps(page: Page, report: Report, one: HandIn, observed: Mapping[str, str]) -> None:
    steps = {step.id: step for step in one.steps}
    width = page.label_width(steps, beside=max(map(len, map(page.say, STATUS_WORDS.values()))) + 2)
    for lesson in report.course.lessons:
        page.heading(page.say(text("{id}: {title}", id=lesson.id, title=lesson.title)))
        for info in lesson.steps:
            step = steps.get(info.id)
            if step is not None:
                _write_step(page, step, width, observed)


def _write_step(page: Page, step: Step, width: int, observed: Mapping[str, str]) -> None:
    status = Status(step.status)
    if page.style.plain:
        page.line(page.say(text("Step {id}: {status}.", id=step.id, status=STATUS_WORDS[status])))
    else:
        page.row(step.id, marked(page, status), ROLES[status], width=width, indent=0)
    for check in step.checks:
        if check.status not in _QUIET or page.style.verbose:
            _write_check(page, step, check)
            for name in check.evidence:
                if name in observed:
                    page.field(text("rests on {question}", question=name), observed[name], level=2)


def _write_check(page: Page, step: Step, check: Check) -> None:
    status = Status(check.status)
    name = check.id.removeprefix(step.id + "/")
    code = f" ({check.code})" if check.code else ""
    page.line(f"{name}: {page.say(STATUS_WORDS[status])}{code}", level=1, role=ROLES[status])
    if status is Status.FAIL and check.expected:
        page.field(EXPECTED, check.expected, level=2)
    if check.observed:
        page.field(OBSERVED if status is Status.FAIL else REASON, check.observed, level=2)
    if check.note:
        page.field(NOTE, check.note, level=2)


def _write_journal(page: Page, one: HandIn) -> None:
    if not one.timeline:
        return
    page.heading(page.say(text("What the journal tells")))
    for moment in one.timeline[-_MOST_MOMENTS:]:
        done = " ".join(f"+{step}" for step in moment.done)
        lost = " ".join(f"-{step}" for step in moment.lost)
        told = text(
            "{time}: {changes}, after {runs} runs without a change",
            time=moment.time,
            changes=" ".join(filter(None, (done, lost))),
            runs=moment.runs,
        )
        page.line(page.say(told))


def _write_earlier(page: Page, student: Student) -> None:
    if not student.earlier:
        return
    page.heading(page.say(text("Other hand-ins, which do not count")))
    for one in student.earlier:
        told = text(
            "{time}: {points} of {most}, {signature}: {file}",
            time=one.made,
            points=one.points,
            most=one.max_points,
            signature=SIGNATURES[one.signature],
            file=one.source.name,
        )
        page.line(page.say(told))
