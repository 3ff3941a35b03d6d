"""A lesson on a student machine: its own commands, the tool's verdicts, and the fixes as printed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tutor.course.load import load_course
from tutor.course.records import Course, Step
from tutor.course.variables import resolve
from tutor.proving.judged import Judged
from tutor.proving.student import Student
from tutor.sandbox.machines import Machine
from tutor.sandbox.shell import Completed


@cache
def course() -> Course:
    """The course of this checkout, in its source language."""
    return load_course(None, "sv")


def step(step_id: str) -> Step:
    """The step of that id."""
    return next(one for one in course().steps if one.id == step_id)


def student(machine: Machine) -> Student:
    """The one student of the machine."""
    return Student(machine, course())


def judge(machine: Machine, step_id: str, *options: str, user: str = "student") -> Judged:
    """Grade one step as the student does."""
    return student(machine).judge(step_id, *options, user=user)


def replay(machine: Machine, step_id: str, change: Callable[[str], str] = str) -> None:
    """Do what the step's guided commands say, each block in a new terminal of the student.

    :param change: what this student types in place of a block's text.
    """
    student(machine).replay(step(step_id), change)


def answer_quiz(machine: Machine, step_id: str) -> None:
    """Answer every question of the step rightly, if it has any."""
    student(machine).answer(step(step_id))


def run_fixes(machine: Machine, judged: Judged) -> list[Completed]:
    """Run the fixes as printed, in a non-interactive shell of the student."""
    return student(machine).run_fixes(judged)


def assert_green(machine: Machine, step_id: str, *options: str) -> None:
    """The step passes now."""
    judged = judge(machine, step_id, *options)
    assert judged.status == "pass", judged.explain()
    assert judged.returncode == 0


def assert_mended(machine: Machine, step_id: str, codes: dict[str, str], *options: str) -> None:
    """The wrong state is told by these codes, and the printed fix puts it right.

    :param codes: check name to code; other checks of the step may be blocked behind them, or fail too.
    """
    judged = judge(machine, step_id, *options)
    found = judged.codes
    assert {name: found.get(name) for name in codes} == codes, judged.explain()
    assert judged.returncode == 1
    run_fixes(machine, judged)
    assert_green(machine, step_id, *options)


def bring_medium(machine: Machine) -> None:
    """Put the installation medium where the student would have downloaded it to."""
    path = resolve(course())["iso"]
    machine.run(f"sudo install -D -m 0644 /srv/lab/installer.iso {path}", check=True)
