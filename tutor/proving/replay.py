"""One machine's errand, carried out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Protocol

from tutor.course.records import Step
from tutor.course.states import LessonStates
from tutor.dataclass import dataclass, field, replace
from tutor.proving.judged import Judged
from tutor.proving.plan import Errand
from tutor.proving.records import Fault, Replay, Seen, StateResult, Verdicts
from tutor.proving.stage import WRONG_ANSWER, Stage
from tutor.proving.student import Student
from tutor.sandbox.process import CommandError
from tutor.text import text

KERNEL = "kernel"


class Progress(Protocol):
    """Who is told how far a proof has come."""

    def at(self, errand: Errand, what: str) -> None:
        """This is begun: a step, or a state of it."""

    def begins_again(self, errand: Errand, spoilt: Sequence[str]) -> None:
        """This broke on its machine: another one does the errand once more."""

    def ends(self, errand: Errand, replay: Replay) -> None:
        """A machine has done what it was for."""


@dataclass(frozen=True)
class Prover:
    """What every machine of a proof has in common.

    :ivar prepare: run by root on a fresh machine; ``versions`` are commands by what they tell; ``baseline``
        prints, for root, what the course must leave as it was; ``spoilt``, what broke of the machine's own.
    """

    states: Mapping[str, LessonStates]
    progress: Progress
    prepare: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    baseline: str = ""
    spoilt: str = ""

    def carry_out(self, errand: Errand, student: Student) -> Replay:
        """Do on the student's machine what it is for. What goes wrong is in the replay's faults."""
        if self.prepare:
            student.script(self.prepare, "root", check=False)
        faults: list[Fault] = []
        for step in errand.lead_up:
            self.progress.at(errand, step.id)
            faults += self._do(student, step, prepare=False)
        words = [] if errand.lesson is None else [step.id for step in errand.steps]
        before = _verdicts(student.judge(*words))
        baseline = self._baseline(errand, student)
        after: dict[str, Seen] = {}
        for step in errand.steps:
            self.progress.at(errand, step.id)
            # What its states put back is kept where some are made.
            faults += self._do(student, step, prepare=errand.lesson is not None)
            after.update(_verdicts(student.judge(step.id)))
        replay = Replay(errand.lesson, errand.run, before, after, faults=tuple(faults))
        replay = replace(replay, states=self._states(errand, student)) if errand.lesson else replay
        replay = replace(replay, versions=self._versions(student))
        if errand.lesson is None:
            replay = self._cleaned(errand, student, replay, baseline)
        return replace(replay, spoilt=self.broken(student))

    def broken(self, student: Student) -> tuple[str, ...]:
        """What broke of the machine's own, a line each."""
        if not self.spoilt:
            return ()
        return tuple(student.script(self.spoilt, "root", check=False).stdout.splitlines())

    def _cleaned(self, errand: Errand, student: Student, replay: Replay, baseline: list[str]) -> Replay:
        """Judge the end of the course, clean up, and judge once more."""
        self.progress.at(errand, "tutor cleanup")
        end = _verdicts(student.judge())
        done = student.tutor("cleanup", "--yes")
        cleaned = _verdicts(student.judge())
        faults = list(replay.faults)
        if done.returncode:
            last = (done.stdout + done.stderr).strip().rpartition("\n")[2]
            what = text("tutor cleanup ended with {code}: {line}", code=done.returncode, line=last)
            faults.append(Fault("", "", what))
        left = changes(baseline, self._baseline(errand, student))
        faults += [Fault("", "", text("left by `tutor cleanup`: {line}", line=line)) for line in left]
        return replace(replay, end=end, cleaned=cleaned, faults=tuple(faults))

    def _baseline(self, errand: Errand, student: Student) -> list[str]:
        """What the author's script prints of the machine, a line each; nothing where no cleanup follows."""
        if errand.lesson is not None or not self.baseline:
            return []
        return student.script(self.baseline, "root").stdout.splitlines()

    def _do(self, student: Student, step: Step, *, prepare: bool) -> list[Fault]:
        stage = self._stage(student, step)
        try:
            stage.by_hand(step)
            student.answer(step)
            student.replay(step)
            if prepare:
                stage.prepare(step)
        except CommandError as error:
            return [Fault(step.id, "", text("its commands fail: {reason}", reason=str(error)))]
        return []

    def _states(self, errand: Errand, student: Student) -> tuple[StateResult, ...]:
        results: list[StateResult] = []
        for step in errand.steps:
            stage = self._stage(student, step)
            for state in errand.states:
                if state.step == step.id:
                    self.progress.at(errand, f"{step.id}: {state.name}")
                    results.append(stage.prove(state))
            if step.quiz:
                self.progress.at(errand, f"{step.id}: {WRONG_ANSWER}")
                results.append(stage.prove_quiz(step))
        return tuple(results)

    def _stage(self, student: Student, step: Step) -> Stage:
        return Stage(student, self.states.get(step.lesson_id, LessonStates(step.lesson_id)))

    def _versions(self, student: Student) -> dict[str, str]:
        """What the machine has now; what cannot be told is left out."""
        commands = {**self.versions, KERNEL: "uname -r"}
        told = {name: student.script(one, "student", check=False) for name, one in commands.items()}
        return {name: done.stdout.strip() for name, done in told.items() if done.returncode == 0}


def changes(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The lines that came and went, each with a plus or a minus, as of diff(1)."""
    _header, _names, *lines = [*difflib.unified_diff(before, after, lineterm="", n=0)] or ["", ""]
    return [line for line in lines if not line.startswith("@@")]


def _verdicts(judged: Judged) -> Verdicts:
    return {str(check["id"]): Seen(str(check["status"]), check["code"]) for check in judged.checks}
