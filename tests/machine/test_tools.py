"""tools/toolbox on student machines: proved from nothing, and broken one program at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.machine.lesson import answer_quiz, assert_green, assert_mended, judge, replay, run_fixes, step
from tests.machine.proving import assert_proven, each_state
from tutor.course.states import State
from tutor.sandbox.machines import Machine

STEP = "tools/toolbox"


@pytest.fixture(scope="module")
def ready(ready_lesson_machine: Machine) -> Iterator[Machine]:
    """A machine on which the quiz is answered and the lesson's commands are run."""
    first = judge(ready_lesson_machine, STEP)
    assert (first.returncode, first.codes) == (1, {"quiz": "unanswered"})
    replay(ready_lesson_machine, STEP)
    answer_quiz(ready_lesson_machine, STEP)
    yield ready_lesson_machine
    assert_green(ready_lesson_machine, STEP)


def test_versions_come_from_the_package_database(ready: Machine) -> None:
    assert_green(ready, STEP)
    (programs,) = [check for check in judge(ready, STEP).step["checks"] if check["id"].endswith("/programs")]
    version = ready.run("dpkg-query -W -f '${Version}' libvirt-clients").stdout
    assert f"libvirt-clients {version}" in programs["observed"]


@each_state("tools")
def test_each_state(ready: Machine, state: State) -> None:
    assert_proven(ready, state)


def test_programs_that_may_not_be_started(ready: Machine) -> None:
    ready.run("sudo chmod a-x /usr/bin/virsh /usr/bin/virt-manager", check=True)
    judged = judge(ready, STEP)
    assert "/usr/bin/virsh, /usr/bin/virt-manager" in judged.step["checks"][0]["observed"]
    assert_mended(ready, STEP, {"programs": "not-executable"})


def test_a_wrong_answer_and_no_answer_in_the_output(ready: Machine) -> None:
    first = step(STEP).quiz[0]
    wrong = next(
        letter for letter, option in zip("abcdefgh", first.options, strict=False) if not option.right
    )
    ready.run(f"tutor answer {STEP} 1{wrong}")
    judged = judge(ready, STEP)
    assert judged.codes == {"quiz": "wrong-answer"}
    assert judged.fixes == []
    shown = str(judged.document) + ready.run(f"tutor check {STEP} --verbose").stdout
    for question in step(STEP).quiz:
        for option in question.options:
            assert option.text not in shown or not option.right or option.text in ("virsh", "virt-install")
            assert not option.why or option.why not in shown
    answer_quiz(ready, STEP)
    assert_green(ready, STEP)


def test_from_nothing(bare_lesson_machine: Machine) -> None:
    answer_quiz(bare_lesson_machine, STEP)
    judged = judge(bare_lesson_machine, STEP)
    assert judged.codes == {"programs": "program-missing"}
    run_fixes(bare_lesson_machine, judged)
    assert_green(bare_lesson_machine, STEP)
