"""A class as a folder of pages for a browser, complete in itself: no page asks anything of a network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from markupsafe import Markup

from tutor.output.class_table import without
from tutor.output.html import charts, machines, matrix, overview
from tutor.output.html.folder import write_folder
from tutor.output.html.rendering import environment, percent
from tutor.output.html.students import StudentPages
from tutor.output.html.wording import WORDS, machine, tells_of_libvirt
from tutor.output.printable import printable
from tutor.report.findings import Item, Stuck
from tutor.report.hand_in import Check
from tutor.report.hand_in import Environment as Machine
from tutor.report.observed import Observations
from tutor.report.records import Report
from tutor.text import Text, Translate, text

STATIC = os.path.join(os.path.dirname(__file__), "static")
PAGES = (
    ("index.html", text("The class")),
    ("stuck.html", text("Who is stuck")),
    ("checks.html", text("Check by check")),
    ("machines.html", text("Machines")),
    ("decide.html", text("For you to decide")),
)
_STATIC_FILES = ("report.css", "report.js")
#: Bars in the picture of the checks; the table beside it has all of them.
_MOST_BARS = 12


def _untold(_done: int, _total: int) -> None:
    """For whoever shows no progress."""


def write_site(
    report: Report, folder: Path, translate: Translate, advanced: Callable[[int, int], None] = _untold
) -> None:
    """Write the pages; ``index.html`` is the first.

    :param advanced: told of each page written: how many are, and how many there will be.
    :raises UsageError: when the folder is somebody's own, or cannot be written.
    """
    total = len(PAGES) + len(_STATIC_FILES) + len(report.students)
    write_folder(folder, _counted(files(report, translate), total, advanced))


def files(report: Report, translate: Translate) -> Iterator[tuple[str, str]]:
    """All files of the folder: relative path, and content."""
    templates = environment(translate, report.language)
    site = Site(report, templates, translate)
    for name, _ in PAGES:
        yield name, site.page(name)
    with Observations(translate) as observations:
        yield from StudentPages(report, templates, site.shared, observations).files()
    for name in _STATIC_FILES:
        yield name, Path(STATIC, name).read_text(encoding="utf-8")


def _counted(
    written: Iterator[tuple[str, str]], total: int, advanced: Callable[[int, int], None]
) -> Iterator[tuple[str, str]]:
    for done, file in enumerate(written, 1):
        yield file
        advanced(min(done, total), total)


class Site:
    """The pages of the class as a whole. ``shared`` is what all templates get."""

    def __init__(self, report: Report, templates: Environment, translate: Translate) -> None:
        self._report = report
        self._templates = templates
        self._translate = translate
        steps = [step for lesson in report.course.lessons for step in lesson.steps]
        self.shared: dict[str, Any] = {
            "report": report,
            "pages": PAGES,
            "zone": datetime.now().astimezone().tzname() or "",
            "students": {student.key: student for student in report.students},
            "numbers": {step.id: number for number, step in enumerate(steps)},
            "titles": {step.id: step.title for step in steps},
            "places": {item.id: place for place, item in enumerate(report.items)},
        }
        self._peculiar = machines.peculiar(report)

    def page(self, name: str) -> str:
        """One of :data:`PAGES`."""
        values = {
            "index.html": self._index,
            "stuck.html": self._stuck,
            "checks.html": self._checks,
            "machines.html": self._machines,
            "decide.html": self._decide,
        }[name]()
        template: Template = self._templates.get_template(name.replace(".html", ".jinja"))
        return template.render({**self.shared, "up": "", "here": name, **values})

    def _index(self) -> dict[str, Any]:
        report, kinds = self._report, list(machines.kinds(self._report))
        counts, bars = overview.numbers(report), charts.distribution(report)
        sections = sorted(
            {one.person.section for one in report.students if one.person and one.person.section}
        )
        return {
            "counts": counts,
            "wanted": _wanted(counts),
            "bars": bars,
            "chart": charts.draw_distribution(bars),
            "lessons": overview.lessons(report),
            "stuck_steps": overview.stuck_steps(report),
            "reasons": overview.reasons(report, {one.check for one in self._peculiar}),
            "most": overview.MOST,
            "columns": matrix.columns(report),
            "cells": self._cells(),
            "rows": matrix.rows(report, kinds),
            "kinds": [Machine(os=one[0], virtualization=one[1], kvm=one[2]) for one in kinds],
            "sections": sections,
            "section_places": {name: place for place, name in enumerate(sections)},
            "without": without,
        }

    def _cells(self) -> dict[str | None, Markup]:
        """A cell of the matrix for each status: 75,000 of them are not worth a template's work."""
        cell = Markup('<td role="cell" class="{}">{}</td>')
        cells: dict[str | None, Markup] = {None: Markup('<td role="cell"></td>')}
        for name, word in WORDS.items():
            cells[name] = cell.format(name, word.render(self._translate))
        return cells

    def _stuck(self) -> dict[str, Any]:
        return {"stuck": [(one, *self._seen(one)) for one in self._report.stuck]}

    def _seen(self, one: Stuck) -> tuple[str | None, Machine]:
        """What keeps the step from being done, and on what machine."""
        hand_in = self.shared["students"][one.student].hand_in
        step = next(step for step in hand_in.steps if step.id == one.step)
        red = [check for check in step.checks if check.status in ("fail", "unknown")] or step.checks
        first: Check | None = next((check for check in red if check.observed), None)
        return first.observed if first else None, hand_in.environment

    def _checks(self) -> dict[str, Any]:
        worst = sorted(self._report.items, key=_missed, reverse=True)
        missed = [(item.id, item) for item in worst if _missed(item)][:_MOST_BARS]
        return {
            "chart": charts.draw_items(missed) if missed else None,
            "outcomes": OUTCOMES,
        }

    def _machines(self) -> dict[str, Any]:
        bars = [
            (self._named(group), percent(group.median))
            for group in self._report.environments
            if group.median is not None
        ]
        return {
            "chart": charts.draw_shares(bars[:_MOST_BARS]) if bars else None,
            "peculiar": self._peculiar,
            "of_libvirt": any(map(tells_of_libvirt, self._report.environments)),
        }

    def _named(self, group: Any) -> str:
        words = [
            self._say(word)
            for word in (*machine(group)[:2], group.libvirt and f"libvirt {group.libvirt}")
            if word
        ]
        return f"{', '.join(words)} ({group.students})"

    def _say(self, word: str | Text) -> str:
        return printable(word.render(self._translate) if isinstance(word, Text) else word)

    def _decide(self) -> dict[str, Any]:
        report = self._report
        return {
            "differing": [one for one in report.students if one.hand_in and one.hand_in.differences],
            "missing": (
                (
                    text("On the roster, without a hand-in that counts"),
                    "missing",
                    report.unmatched.without_hand_in,
                ),
                (text("Handed in, and not on the roster"), "strangers", report.unmatched.not_on_roster),
            ),
        }


OUTCOMES = {
    "failed": text("failed"),
    "unknown": text("unknown"),
    "blocked": text("blocked"),
    "passed": text("passed"),
}


def _missed(item: Item) -> int:
    """By how many; what is blocked follows from another check, which is counted itself."""
    return item.failed + item.unknown


def _wanted(counts: overview.Numbers) -> tuple[tuple[int, Text, str], ...]:
    """What wants a person's eye: how many, of what, and where on the page of decisions."""
    return (
        (counts.decide, text("with something that could not be looked at"), "undecided"),
        (counts.suspicions, text("suspicions"), "suspicions"),
        (counts.differing, text("claimed otherwise than judged"), "differing"),
        (counts.missing, text("without a hand-in"), "missing"),
        (counts.refused, text("files that could not be used"), "refused"),
    )
