"""The lessons and their steps: for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tutor.course.records import Course, Lesson, Step
from tutor.grading.outcome import max_points
from tutor.grading.verdict import Status
from tutor.output.details import STATUS_WORDS
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.proving import proven_lines, proven_runs
from tutor.output.style import Style
from tutor.text import Text, Translate, text

SCHEMA = 1


def render_list(
    course: Course,
    statuses: Mapping[str, Status],
    changes: Mapping[str, str],
    translate: Translate,
    style: Style,
    *,
    runs: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Each lesson with its steps.

    :param statuses: by step; of a step that is not there nothing is said.
    :param changes: by step, "new" or "changed" since it was checked.
    :param runs: with what the course was proven (:func:`tutor.proving.proven.known_runs`).
    """
    page = Page(translate, style)
    for lesson in course.lessons:
        _write_lesson(page, lesson, statuses, changes)
    page.gap()
    if changes:
        page.line(
            page.say(text("New or changed since your last check: read it again with `tutor show STEP`.")),
            role="wait",
        )
    if statuses:
        page.line(
            page.say(text("A status is that of the last check; `tutor check` looks anew.")), role="quiet"
        )
    else:
        page.line(page.say(text("Nothing has been checked yet: `tutor check` does.")), role="quiet")
    for line in proven_lines(runs):
        page.line(page.say(line), role="quiet")
    return page.document()


def list_document(
    course: Course,
    stands: Mapping[str, tuple[Status, str]],
    changes: Mapping[str, str],
    version: str,
    runs: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The same as JSON: ``status`` and ``checked`` (ISO 8601, UTC) are null where nothing is known.

    :param stands: status and time by step.
    :param changes: by step, "new" or "changed" since it was checked.
    :param version: this tool's.
    :param runs: with what the course was proven (:func:`tutor.proving.proven.known_runs`).
    """
    document = {
        "schema": SCHEMA,
        "tool": {"name": "tutor", "version": version},
        "course": {
            "id": course.id,
            "title": course.title,
            "version": course.version,
            "digest": course.digest,
        },
        "proven": proven_runs(runs),
        "lessons": [
            {
                "id": lesson.id,
                "title": lesson.title,
                "steps": [
                    {**_step(step, *stands.get(step.id, (None, None))), "changed": changes.get(step.id)}
                    for step in lesson.steps
                ],
            }
            for lesson in course.lessons
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _step(step: Step, status: Status | None, time: str | None) -> dict[str, Any]:
    return {
        "id": step.id,
        "title": step.title,
        "optional": step.optional,
        "max_points": max_points(step),
        "questions": len(step.quiz),
        "hints": len(step.hints),
        "status": status.value if status else None,
        "checked": time,
    }


def _write_lesson(
    page: Page, lesson: Lesson, statuses: Mapping[str, Status], changes: Mapping[str, str]
) -> None:
    page.heading(page.say(text("{id}: {title}", id=lesson.id, title=lesson.title)))
    titles = {step.id: _title(page, step, changes.get(step.id)) for step in lesson.steps}
    labels = {step: f"{step}  {title}" for step, title in titles.items()}
    words = max(len(page.say(word)) for word in STATUS_WORDS.values())
    width = page.label_width(labels.values(), beside=words + 2)
    for step in lesson.steps:
        status = statuses.get(step.id)
        if page.style.plain:
            page.line(page.say(_sentence(step.id, titles[step.id], status)))
        elif status is None:
            page.line(labels[step.id])
        else:
            page.row(labels[step.id], marked(page, status), ROLES[status], width=width, indent=0)
    page.gap()


def _sentence(step: str, title: str, status: Status | None) -> Text:
    if status is None:
        return text("Step {id}. {title}", id=step, title=title)
    return text("Step {id}: {status}. {title}", id=step, status=STATUS_WORDS[status], title=title)


def _title(page: Page, step: Step, change: str | None) -> str:
    title = page.say(text("{title} (optional)", title=step.title)) if step.optional else step.title
    if change is None:
        return title
    told = text("{title} (new)", title=title) if change == "new" else text("{title} (changed)", title=title)
    return page.say(told)
