"""What must hold of the states beside the lessons: they are linted as lessons are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tutor.course.draft import LessonSource
from tutor.course.findings import Finding, nearest
from tutor.course.read_states import read_lesson_states, read_machines
from tutor.course.records import CheckSpec, Step
from tutor.course.source import CourseSource
from tutor.course.states import LessonStates, State
from tutor.course.variables import references
from tutor.dataclass import dataclass
from tutor.text import Text, text

#: The codes that each check may return, by its name; a check that is not there may return any.
KnownCodes = Mapping[str, frozenset[str]]

#: The code of a check that waits for another: no verdict of its own (:mod:`tutor.grading.runner`).
BLOCKED = "need-failed"


def state_faults(
    course: CourseSource, files: Mapping[str, bytes], codes: KnownCodes, *, strict: bool
) -> Iterator[Finding]:
    """All findings about ``states/``.

    :param files: of that folder, by their name in the course.
    :param strict: a check that no wrong state fails is a finding too.
    """
    found: list[Finding] = []
    read_machines(files, found)
    states = read_lesson_states(files, found)
    yield from found
    yield from _twice(states)
    lessons = {one.lesson.id: one for one in course.lessons}
    for one in states.values():
        if one.lesson in lessons:
            yield from _Faults(course, lessons[one.lesson], one, codes).all()
        else:
            what = text("the course has no lesson called {id}", id=one.lesson)
            yield Finding(one.file, 1, what, text("Name the file after a lesson"))
    if strict:
        yield from _unproven(course, states)


def _twice(states: Mapping[str, LessonStates]) -> Iterator[Finding]:
    """Each state of a step has a name of its own."""
    for lesson in states.values():
        seen: set[tuple[str, str]] = set()
        for state in lesson.states:
            if (state.step, state.name) in seen:
                what = text("a second state of {step} is called {name}", step=state.step, name=state.name)
                yield Finding(lesson.file, state.line, what, text("Give it another name"))
            seen.add((state.step, state.name))


@dataclass(frozen=True, slots=True)
class _Faults:
    """Those of one file."""

    course: CourseSource
    lesson: LessonSource
    states: LessonStates
    codes: KnownCodes

    def all(self) -> Iterator[Finding]:
        """One rule after the other."""
        for around in self.states.surroundings:
            yield from self._step(around.step, around.line)
            yield from self._checks(around.step, around.kept, around.line)
            for script in (around.by_hand, around.prepare, around.begin, around.reset):
                yield from self._variables(script, around.line)
        for state in self.states.states:
            yield from self._step(state.step, state.line)
            yield from self._variables(state.make + state.restore, state.line)
            yield from self._checks(state.step, state.codes, state.line)
            yield from self._impossible(state)
        for no_run in self.states.no_runs:
            yield from self._step(no_run.step, no_run.line)
            yield from self._checks(no_run.step, no_run.checks, no_run.line)
        yield from self._variables(self.states.shell, 1)

    def _step(self, id_: str, line: int) -> Iterator[Finding]:
        if id_ not in self._steps:
            what = text("the lesson has no step called {id}", id=id_)
            yield Finding(self.states.file, line, what, _other_than(id_, self._steps))

    def _checks(self, step: str, names: Iterable[str], line: int) -> Iterator[Finding]:
        known = self._specs(step)
        for name in names:
            if known and name not in known:
                what = text("{step} has no check called {name}", step=step, name=name)
                yield Finding(self.states.file, line, what, _other_than(name, known))

    def _impossible(self, state: State) -> Iterator[Finding]:
        specs = self._specs(state.step)
        for name, code in state.codes.items():
            known = self.codes.get(specs[name].check) if name in specs else None
            if known is not None and code not in known and code != BLOCKED:
                what = text("the check {check} has no code called {code}", check=specs[name].check, code=code)
                yield Finding(self.states.file, state.line, what, _other_than(code, known))

    def _variables(self, script: str, line: int) -> Iterator[Finding]:
        known = self.course.manifest.variables
        for _, name in references(script):
            # ${name%/*} and the like are the shell's own.
            if name.isidentifier() and name not in known:
                what = text("the course has no variable called {name}", name=name)
                literal = text("Write {literal} if the braces themselves are meant", literal=f"$${{{name}}}")
                yield Finding(self.states.file, line, what, literal)

    @property
    def _steps(self) -> dict[str, Step]:
        return {step.id: step for step in self.lesson.lesson.steps}

    def _specs(self, step: str) -> dict[str, CheckSpec]:
        steps = self._steps
        return {spec.id.rpartition("/")[2]: spec for spec in steps[step].checks} if step in steps else {}


def _unproven(course: CourseSource, states: Mapping[str, LessonStates]) -> Iterator[Finding]:
    """Every check has a wrong state that it tells; of a quiz that is a wrong answer, which needs no words."""
    for lesson in course.lessons:
        mine = states.get(lesson.lesson.id, LessonStates(lesson.lesson.id))
        told = {
            f"{one.step}/{name}" for one in mine.states for name, code in one.codes.items() if code != BLOCKED
        }
        for step in lesson.lesson.steps:
            for spec in step.specs:
                if spec.id not in told and mine.no_run(spec.id) is None:
                    what = text("no wrong state fails {id}", id=spec.id)
                    mend = text("Write one in {file}", file=f"states/{lesson.lesson.id}.toml")
                    yield Finding(lesson.file, spec.line, what, mend)


def _other_than(name: str, known: Iterable[str]) -> Text:
    near = nearest(name, known, 1)
    return text("Write {near}, if that is meant", near=near[0]) if near else text("Take it away")
