"""The states beside the lessons as tests: one for each, in the order of its file."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.machine.conftest import BACKEND
from tests.machine.lesson import course
from tests.machine.lesson import step as step_of
from tutor.course.load import packaged_folder
from tutor.course.read_states import load_states
from tutor.course.states import LessonStates, State, User
from tutor.proving.stage import Stage
from tutor.proving.student import Student
from tutor.sandbox.images import SUITE
from tutor.sandbox.machines import Machine
from tutor.sandbox.shell import Completed

#: What the machines of these tests are: states of others are left out.
HERE = (SUITE, BACKEND or "iptables")


@cache
def states(lesson: str) -> LessonStates:
    """Those of the lesson."""
    return load_states(packaged_folder())[0][lesson]


def each_state(lesson: str, *, but: str = "") -> pytest.MarkDecorator:
    """A test for each state of the lesson, or of all its steps but one."""
    return _each([one for one in states(lesson).states if one.step != but])


def each_state_of(step: str) -> pytest.MarkDecorator:
    """A test for each state of the step."""
    return _each([one for one in states(step.partition("/")[0]).states if one.step == step])


def _each(chosen: list[State]) -> pytest.MarkDecorator:
    chosen = [one for one in chosen if one.possible(HERE)]
    named: list[Any] = [pytest.param(one, id=f"{one.step.partition('/')[2]}: {one.name}") for one in chosen]
    return pytest.mark.parametrize("state", named)


def stage(machine: Machine, lesson: str) -> Stage:
    """The machine, on which the lesson is or will be done."""
    return Stage(Student(machine, course()), states(lesson))


def run_with(
    machine: Machine, lesson: str, commands: str, user: User = "root", *, check: bool = False
) -> Completed:
    """Run commands that know the functions of the lesson's states."""
    here = stage(machine, lesson)
    return here.student.script(f"{here.states.shell}\n{commands}", user, check=check)


def by_hand(machine: Machine, step_id: str) -> None:
    """What the step leaves to a person, done by commands."""
    stage(machine, step_id.partition("/")[0]).by_hand(step_of(step_id))


def do(machine: Machine, step_id: str) -> None:
    """The step by its lesson's own commands, from red to green; then what its states put back is kept."""
    step = step_of(step_id)
    here = stage(machine, step.lesson_id)
    fresh = here.student.judge(step.id)
    assert fresh.status in ("fail", "blocked"), fresh.explain()
    here.by_hand(step)
    here.student.answer(step)
    here.student.replay(step)
    done = here.student.judge(step.id)
    assert done.status == "pass", done.explain()
    here.prepare(step)


def assert_proven(machine: Machine, state: State) -> None:
    """The state is told by its codes and no others, and mended as printed; or it passes, being right."""
    result = stage(machine, state.step.partition("/")[0]).prove(state)
    assert not result.faults, "\n".join(f"{one.check}: {one.what.render(str)}" for one in result.faults)
