"""A page for each student: what is known of the hand-in, verdicts with their evidence, and the timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from tutor.output.class_table import SIGNATURES, flags
from tutor.output.html.rendering import file_of, time
from tutor.output.html.wording import machine
from tutor.report.findings import Suspicion
from tutor.report.hand_in import HandIn, Step
from tutor.report.observed import Observations
from tutor.report.records import LessonInfo, Report, StepInfo, Student
from tutor.text import Text, text

Fact = tuple[Text, str | Text | Markup | None]


class StudentPages:
    """The pages, made one after the other: a class may be large."""

    def __init__(
        self, report: Report, templates: Environment, shared: Mapping[str, Any], observations: Observations
    ) -> None:
        self._report = report
        self._observations = observations
        self._shared = shared
        self._page = templates.get_template("student.jinja")
        self._about: dict[str, list[Suspicion]] = defaultdict(list)
        for one in report.suspicions:
            for key in one.students:
                self._about[key].append(one)
        step = templates.get_template("step.jinja")

        # Most students have the very same record of a step: then its piece of the page is the same.
        @cache
        def rendered(record: Step, info: StepInfo, number: int) -> Markup:
            return Markup(step.render(step=record, info=info, number=number))  # noqa: S704 - escaped there

        self._step = rendered

    def files(self) -> Iterator[tuple[str, str]]:
        """Each page: its path, and its content."""
        students = self._report.students
        for place, student in enumerate(students):
            before = students[place - 1] if place else None
            after = students[place + 1] if place + 1 < len(students) else None
            yield f"students/{file_of(student.key)}", self.page(student, before, after)

    def page(self, student: Student, before: Student | None = None, after: Student | None = None) -> str:
        """The page of a student, with links to those before and after."""
        hand_in = student.hand_in
        return self._page.render(
            {
                **self._shared,
                "up": "../",
                "here": None,
                "student": student,
                "before": before,
                "after": after,
                "flags": flags(hand_in, keys=self._report.keys) if hand_in else (),
                "remarks": student.remarks,
                "facts": [fact for fact in _facts(student) if fact[1]],
                "suspected": self._about.get(student.key, ()),
                "lessons": self._lessons(hand_in) if hand_in else (),
                "asked": _asked(hand_in) if hand_in else (),
                "observed": self._observations.of(hand_in) if hand_in else {},
            }
        )

    def _lessons(self, hand_in: HandIn) -> Iterator[tuple[LessonInfo, list[Markup]]]:
        steps = {step.id: step for step in hand_in.steps}
        numbers = self._shared["numbers"]
        for lesson in self._report.course.lessons:
            found = [(steps[info.id], info) for info in lesson.steps if info.id in steps]
            yield lesson, [self._step(step, info, numbers[info.id]) for step, info in found]


def _asked(one: HandIn) -> list[str]:
    """Every question that a verdict rests on, each once."""
    return sorted({name for step in one.steps for check in step.checks for name in check.evidence})


def _facts(student: Student) -> Iterator[Fact]:
    """What is known of a student and of the hand-in; empty where it is not."""
    yield text("mail"), student.email
    yield text("id"), student.id
    yield text("pseudonym"), student.pseudonym
    yield text("section"), student.person.section if student.person else None
    if student.hand_in is not None:
        yield from _of_hand_in(student.hand_in)


def _of_hand_in(one: HandIn) -> Iterator[Fact]:
    yield text("file"), one.source.name
    yield text("made"), time(one.made)
    yield text("signature"), _signature(one)
    yield text("journal"), _chain(one)
    yield text("machine"), _kind(one)
    versions = (
        ("libvirt", one.environment.libvirt),
        ("qemu", one.environment.qemu),
        ("linux", one.environment.kernel),
    )
    yield text("versions"), ", ".join(f"{name} {version}" for name, version in versions if version)
    yield text("claimed"), text("{points} of {most}", points=one.claimed_points, most=one.claimed_max_points)
    if not one.same_course:
        yield text("course"), text("another version than ours: {version}", version=one.course_version)
    for each in one.other_numbers:
        told = text("{name} was {given}, and is {ours}", name=each.name, given=each.given, ours=each.ours)
        yield text("other number"), told
    for difference in one.differences[:20]:
        told = text(
            "{id}: claimed {claimed}, judged {judged}",
            id=difference.id,
            claimed=difference.claimed or "-",
            judged=difference.judged or "-",
        )
        yield text("differs"), told
    for broken in one.chain.breaks[:20]:
        yield text("journal"), text("line {line}: {what}", line=broken.line, what=broken.what)


def _kind(one: HandIn) -> Text:
    words = dict(zip(("kind", "virtualization", "kvm"), machine(one.environment), strict=False))
    if "kvm" not in words:
        return text("{kind}, {virtualization}", **words)
    return text("{kind}, {virtualization}, {kvm}", **words)


def _signature(one: HandIn) -> Text:
    state = SIGNATURES[one.signature.state]
    known = (one.signature.principal, one.signature.fingerprint, one.signature.reason)
    more = ", ".join(each for each in known if each)
    return text("{state}: {more}", state=state, more=more) if more else state


def _chain(one: HandIn) -> Text:
    if one.chain.broken:
        return text("broken, {count} times in {lines} lines", count=one.chain.broken, lines=one.chain.lines)
    return text("unbroken, {lines} lines", lines=one.chain.lines)
