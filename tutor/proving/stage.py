"""A machine on which a lesson is done, and its states are made one after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tutor.course.records import QUIZ, Step
from tutor.course.states import LessonStates, State
from tutor.dataclass import dataclass, replace
from tutor.proving.judged import Judged
from tutor.proving.records import Fault, StateResult
from tutor.proving.student import Student
from tutor.proving.told import compared
from tutor.sandbox.process import CommandError
from tutor.text import text

#: The state that a quiz has without an author's word.
WRONG_ANSWER = "a wrong answer"


@dataclass(frozen=True)
class Stage:
    """The machine, and the states of the lesson."""

    student: Student
    states: LessonStates

    def by_hand(self, step: Step) -> None:
        """Do what the lesson leaves to a person.

        :raises CommandError: it fails.
        """
        around = self.states.around(step.id)
        self._script(around.by_hand, around.user, check=True)

    def prepare(self, step: Step) -> None:
        """The step has been done: keep what its states put back.

        :raises CommandError: that fails.
        """
        around = self.states.around(step.id)
        self._script(around.prepare, around.user, check=True)

    @contextlib.contextmanager
    def made(self, state: State) -> Iterator[None]:
        """The state, while the context lasts.

        :raises CommandError: it cannot be made.
        """
        around = self.states.around(state.step)
        self._script(around.begin, around.user)
        try:
            self._script(state.make, state.user, check=True)
            yield
        finally:
            self._script(state.restore, state.user)

    def reset(self, step: str) -> None:
        """Put back what no printed fix has mended."""
        around = self.states.around(step)
        self._script(around.reset, around.user)

    def told(self, state: State) -> tuple[Judged, StateResult]:
        """Judge the state that has been made, and hold that against what its author says."""
        judged = self.student.judge(state.step)
        result = compared(state, judged)
        wanted = 0 if state.right or self._step(state.step).optional else 1
        if judged.returncode != wanted:
            what = text(
                "{state}: the exit code should be {wanted}, and is {found}",
                state=state.name,
                wanted=wanted,
                found=judged.returncode,
            )
            result = replace(result, faults=(*result.faults, Fault(state.step, "", what)))
        return judged, result

    def mended(self, state: State, judged: Judged) -> tuple[dict[str, bool], tuple[Fault, ...]]:
        """Run the printed fixes: each named check's id, whether it passes now, and what does not.

        :raises CommandError: a fix fails.
        """
        self.student.run_fixes(judged)
        after = self.student.judge(state.step)
        # Blocked ones too: the fixes of all that is red turn the whole step green.
        passing = {f"{state.step}/{name}": name not in after.codes for name in state.codes}
        faults = tuple(_still_red(state, str(check["id"]), check["code"]) for check in after.red)
        return passing, faults

    def prove(self, state: State) -> StateResult:
        """Make it, judge it, mend it as printed, put it back. What goes wrong is in the result's faults."""
        result = self._proved(state)
        if state.right or not state.mend or result.faults:
            self.reset(state.step)
            return replace(result, faults=(*result.faults, *self._not_put_back(state)))
        return result

    def _not_put_back(self, state: State) -> Iterator[Fault]:
        """What is red after the reset: it would be found in the next state, and is no fault of that one's."""
        for check in self.student.judge(state.step).red:
            what = text(
                "{state}: put back by `reset`, it is {code}", state=state.name, code=str(check["code"])
            )
            yield Fault(state.step, str(check["id"]), what)

    def _proved(self, state: State) -> StateResult:
        try:
            with self.made(state):
                judged, result = self.told(state)
                if state.right or not state.mend:
                    return result
                mended, faults = self.mended(state, judged)
                return replace(result, mended=mended, faults=(*result.faults, *faults))
        except CommandError as error:
            named = {f"{state.step}/{name}": False for name in state.codes}
            return StateResult(state.step, state.name, state.right, named, faults=(_broken(state, error),))

    def prove_quiz(self, step: Step) -> StateResult:
        """Answer wrongly, and rightly again: a wrong answer is told, and nothing is printed to mend it."""
        state = State(step.id, WRONG_ANSWER, "", codes={QUIZ: "wrong-answer"}, mend=False)
        try:
            self.student.answer(step, wrong_first=True)
            judged, result = self.told(state)
            self.student.answer(step)
        except CommandError as error:
            return StateResult(step.id, state.name, state.right, faults=(_broken(state, error),))
        if judged.fixes:
            fault = Fault(step.id, str(step.quiz_id), text("a fix is printed for a wrong answer"))
            return replace(result, checks={str(step.quiz_id): False}, faults=(*result.faults, fault))
        return result

    def _step(self, step: str) -> Step:
        return next(one for one in self.student.course.steps if one.id == step)

    def _script(self, script: str, user: str, *, check: bool = False) -> None:
        """Run it below the file's own functions, which a message about it need not repeat."""
        if script:
            done = self.student.script(f"{self.states.shell}\n{script}", user, check=False)
            if check:
                replace(done, command=script.strip()).require_success()


def _broken(state: State, error: CommandError) -> Fault:
    return Fault(state.step, "", text("{state}: {reason}", state=state.name, reason=str(error)))


def _still_red(state: State, check: str, code: str | None) -> Fault:
    what = text("{state}: after the printed fix it is still {code}", state=state.name, code=str(code))
    return Fault(state.step, check, what)
