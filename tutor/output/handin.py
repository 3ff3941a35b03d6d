"""What is in a hand-in, before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.dataclass import dataclass
from tutor.grading.outcome import summary
from tutor.grading.verdict import Grade, Status
from tutor.output.details import NOTE
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Text, Translate, text

#: What the answers of a source are about, for people; the rest is "the machine itself".
_GROUPS: dict[str, Text] = {
    "answers": text("quiz answers"),
    "remembered": text("earlier observations"),
    "document": text("files"),
    "file": text("files"),
    "file-text": text("files"),
    "folder": text("files"),
    "link": text("files"),
    "image": text("disk images"),
    "firewall": text("the firewall's rules"),
    "links": text("network"),
    "routes": text("network"),
    "sysctl": text("network"),
    "dnsmasq": text("network"),
    "group": text("users and groups"),
    "user": text("users and groups"),
    "shell-variable": text("LIBVIRT_DEFAULT_URI in a new shell"),
    "package": text("programs and services"),
    "program": text("programs and services"),
    "unit": text("programs and services"),
    "libvirt": text("libvirt"),
}
_MACHINE = text("the machine itself")


@dataclass(frozen=True, slots=True)
class Contents:
    """What is told about a hand-in. ``observations`` are the questions' keys, ``journal`` counts lines.

    ``apart`` are checks that a teacher's tool will judge differently, for want of what was left out.
    """

    file: str
    who: Text
    made: str
    grade: Grade
    observations: Sequence[str]
    journal: int
    left_out: Sequence[tuple[Text, int]]
    signed: Text
    apart: Sequence[str] = ()


def render_contents(contents: Contents, translate: Translate, style: Style) -> str:
    """Everything on one screen."""
    page = Page(translate, style)
    for notice in contents.grade.notices:
        page.field(NOTE, page.say(notice))
    page.heading(page.say(text("This is handed in")))
    course = contents.grade.course
    page.field(text("who"), page.say(contents.who))
    page.field(text("when"), contents.made)
    page.field(text("course"), f"{course.title} ({course.id} {course.version})")
    _write_grade(page, contents.grade)
    page.field(text("seen"), _counts(page, _groups(contents.observations)))
    page.field(text("journal"), page.say(text("lines: {count}", count=contents.journal)))
    if contents.left_out:
        page.field(text("left out"), _counts(page, contents.left_out))
    if contents.apart:
        page.field(text("cannot be judged from a file"), ", ".join(contents.apart))
    page.field(text("signed"), page.say(contents.signed))
    page.field(text("file"), contents.file)
    return page.document()


def _write_grade(page: Page, grade: Grade) -> None:
    total = summary(grade)
    page.field(text("points"), page.say(text("{n} of {m}", n=total.points, m=total.max_points)))
    counts = [f"{status.value} {count}" for status, count in total.counts.items() if count]
    page.field(text("checks"), ", ".join(counts))
    open_ones = [result.step.id for result in grade.steps if result.points is None]
    if open_ones:
        page.field(text("could not be observed; your teacher decides"), ", ".join(open_ones))


def _groups(observations: Sequence[str]) -> list[tuple[Text, int]]:
    counts: dict[str, tuple[Text, int]] = {}
    for key in observations:
        source = key.partition("[")[0].partition(".")[0]
        group = _GROUPS.get(source, _MACHINE)
        counts[group.message] = (group, counts.get(group.message, (group, 0))[1] + 1)
    return list(counts.values())


def _counts(page: Page, counted: Sequence[tuple[Text, int]] | Mapping[Text, int]) -> str:
    pairs = counted.items() if isinstance(counted, Mapping) else counted
    return ", ".join(f"{page.say(what)} {count}" for what, count in pairs)


def unknown_steps(grade: Grade) -> list[str]:
    """The steps that a person has to decide about."""
    return [result.step.id for result in grade.steps if result.status is Status.UNKNOWN]
