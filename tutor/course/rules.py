"""What must hold across the files of a course for it to be used at all.

A rule is a function from the parsed course to findings; :data:`RULES` names them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from tutor.course.creations import KINDS
from tutor.course.draft import LessonSource
from tutor.course.files import MANIFEST
from tutor.course.findings import Finding, nearest
from tutor.course.records import CheckSpec, Step
from tutor.course.source import CourseSource
from tutor.course.variables import references
from tutor.text import Text, text

Rule = Callable[[CourseSource], Iterator[Finding]]


def listed_lessons(course: CourseSource) -> Iterator[Finding]:
    """Every listed lesson has a file in the source language, and every file is listed."""
    listed = set(course.manifest.lessons)
    written = {lesson.lesson.id for lesson in course.lessons}
    for missing in sorted(listed - written):
        what = text("the lesson {id} has no file", id=missing)
        yield Finding(
            MANIFEST,
            course.manifest.line,
            what,
            text("Write {language}/{id}.md", language=course.manifest.language, id=missing),
        )
    for language in course.languages.values():
        for lesson in language:
            if lesson.lesson.id not in listed:
                what = text("course.toml does not list the lesson {id}", id=lesson.lesson.id)
                yield Finding(lesson.file, 1, what, text("Add it to lessons, at its place in the order"))


def unique_lessons(course: CourseSource) -> Iterator[Finding]:
    """No two files of a language are the same lesson."""
    for language in course.languages.values():
        count = Counter(lesson.lesson.id for lesson in language)
        for lesson in language:
            if count[lesson.lesson.id] > 1:
                what = text("another file is the lesson {id} too", id=lesson.lesson.id)
                yield Finding(lesson.file, 1, what, text("Give one of them another id and name"))


def unique_steps(course: CourseSource) -> Iterator[Finding]:
    """No two steps of a lesson have the same id."""
    for lesson in _all_lessons(course):
        seen: set[str] = set()
        for step in lesson.lesson.steps:
            if step.id in seen:
                what = text("a second step is called {id}", id=step.id)
                yield Finding(lesson.file, step.line, what, text("Give it another id"))
            seen.add(step.id)


def unique_specs(course: CourseSource) -> Iterator[Finding]:
    """No two checks have the same id."""
    seen: set[str] = set()
    for lesson, spec in _specs(course):
        if spec.id in seen:
            what = text("a second check is called {id}", id=spec.id)
            yield Finding(lesson.file, spec.line, what, text("Give it another name"))
        seen.add(spec.id)


def existing_needs(course: CourseSource) -> Iterator[Finding]:
    """Every need is a check of the course."""
    known = {id_ for lesson in course.lessons for step in lesson.lesson.steps for id_ in step.check_ids}
    for lesson, spec in _specs(course):
        for need in spec.needs:
            if need not in known:
                near = nearest(need, known, 1)
                mend = text("Write {near}, if that is meant", near=near[0]) if near else text("Take it away")
                what = text("{check} needs {need}, which does not exist", check=spec.id, need=need)
                yield Finding(lesson.file, spec.line, what, mend)


def no_circle(course: CourseSource) -> Iterator[Finding]:
    """No checks need one another in a circle."""
    places = {spec.id: (lesson.file, spec.line) for lesson, spec in _specs(course)}
    sorter = TopologicalSorter({spec.id: spec.needs for _, spec in _specs(course)})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1]
        what = text("checks need one another in a circle: {cycle}", cycle=" → ".join(circle))
        yield Finding(*places[circle[0]], what, text("Take away the need that the question can do without"))


def existing_requirements(course: CourseSource) -> Iterator[Finding]:
    """Every step that another one builds on is a step of the course."""
    known = [step.id for _, step in _steps(course)]
    for lesson, step in _steps(course):
        for required in step.requires:
            if required not in known:
                near = nearest(required, known, 1)
                mend = text("Write {near}, if that is meant", near=near[0]) if near else text("Take it away")
                what = text(
                    "{step} builds on {required}, which does not exist", step=step.id, required=required
                )
                yield Finding(lesson.file, _line_of_requires(lesson, step), what, mend)


def no_circle_of_steps(course: CourseSource) -> Iterator[Finding]:
    """No steps build on one another in a circle."""
    places = {step.id: (lesson.file, _line_of_requires(lesson, step)) for lesson, step in _steps(course)}
    known = {step.id: [one for one in step.requires if one in places] for _, step in _steps(course)}
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        circle = error.args[1]
        what = text("steps build on one another in a circle: {cycle}", cycle=" → ".join(circle))
        yield Finding(*places[circle[0]], what, text("Take away what the step can do without"))


def known_variables(course: CourseSource) -> Iterator[Finding]:
    """Every ``${name}`` is a variable of the course."""
    known = course.manifest.variables
    for lesson in _all_lessons(course):
        for passage in lesson.passages:
            for line, name in references(passage.text):
                if name not in known:
                    what = text("the course has no variable called {name}", name=name)
                    yield Finding(lesson.file, passage.line + line, what, _other_than(name, known))


def used_subjects(course: CourseSource) -> Iterator[Finding]:
    """What a step creates is of a subject that the course says it uses."""
    subjects = {kind.name: kind.subject for kind in KINDS.values()}
    for lesson, step in _steps(course):
        created = {subjects[one.kind] for one in step.creates}
        for subject in sorted(created - {None, *course.manifest.uses}, key=str):
            what = text("{step} creates something of {subject}", step=step.id, subject=str(subject))
            mend = text('Write uses = ["{subject}"] in course.toml', subject=str(subject))
            yield Finding(lesson.file, step.line, what, mend)


RULES: tuple[Rule, ...] = (
    listed_lessons,
    unique_lessons,
    unique_steps,
    unique_specs,
    existing_needs,
    no_circle,
    existing_requirements,
    no_circle_of_steps,
    known_variables,
    used_subjects,
)


def _other_than(name: str, known: Iterable[str]) -> Text:
    near = nearest(name, known, 1)
    literal = text("Write {literal} if the braces themselves are meant", literal=f"$${{{name}}}")
    return text("Write {near}, if that is meant", near=f"${{{near[0]}}}") if near else literal


def _all_lessons(course: CourseSource) -> Iterator[LessonSource]:
    for language in course.languages.values():
        yield from language


def _steps(course: CourseSource) -> Iterator[tuple[LessonSource, Step]]:
    for lesson in course.lessons:
        for step in lesson.lesson.steps:
            yield lesson, step


def _line_of_requires(lesson: LessonSource, step: Step) -> int:
    return lesson.lines.get(f"{step.id}:requires", step.line)


def _specs(course: CourseSource) -> Iterator[tuple[LessonSource, CheckSpec]]:
    for lesson in course.lessons:
        for step in lesson.lesson.steps:
            for spec in step.specs:
                yield lesson, spec
