"""What a student does on a machine: a step's commands, its questions, the check, the fixes as printed."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tutor.course.fill import fill
from tutor.course.shell import substitute_shell
from tutor.course.variables import Values, resolve
from tutor.dataclass import dataclass, field
from tutor.proving.judged import Judged
from tutor.sandbox.process import CommandError, ended_with
from tutor.text import text

if TYPE_CHECKING:
    from tutor.course.records import Course, QuizQuestion, Step
    from tutor.sandbox.machines import Machine
    from tutor.sandbox.shell import Completed

#: Seconds: for `apt install`, and for an emulated guest to boot, on a busy host.
PATIENCE = 240
HOME = "/home/student"


@dataclass(frozen=True)
class Student:
    """One student on one machine.

    :ivar options: of every ``tutor`` command, such as another course's folder.
    """

    machine: Machine
    course: Course
    options: tuple[str, ...] = ()
    values: Values = field(init=False)

    def __post_init__(self) -> None:
        """The course's own names and numbers."""
        object.__setattr__(self, "values", resolve(self.course))

    def tutor(self, *words: str, user: str = "student") -> Completed:
        """Run the tool, in English; whatever its exit code."""
        line = " ".join(("tutor", *words, "--lang", "en", *self.options))
        return self.machine.run(line, user=user, timeout=PATIENCE)

    def judge(self, *words: str, user: str = "student") -> Judged:
        """Grade lessons, steps or checks, or the whole course.

        :raises CommandError: the tool says nothing that can be read.
        """
        done = self.tutor("check", *words, "--format", "json", user=user)
        try:
            return Judged(done.returncode, json.loads(done.stdout))
        except ValueError as error:
            raise CommandError(ended_with(done.command, done.returncode), done.stderr.strip()) from error

    def replay(self, step: Step, change: Callable[[str], str] = str) -> None:
        """Do what the step's guided commands say, each block in a new terminal.

        :param change: what is typed in place of a block's text.
        :raises CommandError: a command fails.
        """
        for block in step.blocks:
            filled = fill(block, self.values)
            if block.kind == "run":
                self.machine.run(change(filled.text), interactive=True, timeout=PATIENCE, check=True)
            elif block.kind == "file":
                self.machine.write(filled.detail.replace("~", HOME, 1), change(filled.text), owner="student")

    def answer(self, step: Step, *, wrong_first: bool = False) -> None:
        """Answer every question of the step rightly, if it has any; the first one wrongly if asked to.

        :raises CommandError: the answers are not taken.
        """
        words = [
            f"{number}{_letters(question, right=not (wrong_first and number == 1))}"
            for number, question in enumerate(step.quiz, 1)
        ]
        if words:
            done = self.tutor("answer", step.id, *words)
            if done.returncode != int(wrong_first):
                done.require_success()
                raise CommandError(
                    text("{command} took a wrong answer for a right one", command=done.command)
                )

    def run_fixes(self, judged: Judged) -> list[Completed]:
        """Run the fixes as printed, in a non-interactive shell.

        :raises CommandError: one of them fails.
        """
        return [self.machine.run(command, timeout=PATIENCE, check=True) for command in judged.fixes]

    def script(self, lines: str, user: str, *, check: bool = True) -> Completed:
        """Run an author's script, with the course variables in it.

        :raises CommandError: it fails, and ``check``.
        """
        filled = substitute_shell(lines, self.values)
        return self.machine.run(filled, user=user, timeout=PATIENCE, check=check)


def _letters(question: QuizQuestion, *, right: bool) -> str:
    """The options to choose: all right ones, or one that is not (all but the first where all are right)."""
    wanted = [letter for letter, is_right in _lettered(question) if is_right is right]
    if right or question.kind == "single":
        return "".join(wanted if right else wanted[:1])
    return "".join(wanted) or "".join(letter for letter, _ in _lettered(question))[1:]


def _lettered(question: QuizQuestion) -> Iterator[tuple[str, bool]]:
    return (
        (letter, one.right) for letter, one in zip(string.ascii_lowercase, question.options, strict=False)
    )
