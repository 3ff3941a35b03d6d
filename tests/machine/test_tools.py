"""tools/toolbox on student machines: proved from nothing, and broken one program at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.machine.lesson import answer_quiz, assert_green, assert_mended, judge, replay, run_fixes, step
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


@pytest.mark.parametrize("program", ["virsh", "virt-install", "virt-manager"])
def test_a_missing_program(ready: Machine, program: str) -> None:
    ready.run(f"sudo rm /usr/bin/{program}", check=True)
    assert_mended(ready, STEP, {"programs": "program-missing"})


def test_programs_that_may_not_be_started(ready: Machine) -> None:
    ready.run("sudo chmod a-x /usr/bin/virsh /usr/bin/virt-manager", check=True)
    judged = judge(ready, STEP)
    assert "/usr/bin/virsh, /usr/bin/virt-manager" in judged.step["checks"][0]["observed"]
    assert_mended(ready, STEP, {"programs": "not-executable"})


def test_one_is_missing_and_another_may_not_be_started(ready: Machine) -> None:
    ready.run("sudo chmod a-x /usr/bin/virsh; sudo rm /usr/bin/virt-install", check=True)
    assert_mended(ready, STEP, {"programs": "program-missing"})


def test_a_folder_of_that_name_is_no_program(ready: Machine) -> None:
    ready.run("sudo mv /usr/bin/virsh /usr/bin/virsh.away; sudo mkdir /usr/bin/virsh", check=True)
    assert judge(ready, STEP).codes == {"programs": "program-missing"}
    ready.run("sudo rmdir /usr/bin/virsh; sudo mv /usr/bin/virsh.away /usr/bin/virsh", check=True)


def test_a_program_from_elsewhere_is_right(ready: Machine) -> None:
    ready.run(
        "sudo install -D /usr/bin/virsh /usr/local/bin/virsh; sudo mv /usr/bin/virsh /root/", check=True
    )
    assert_green(ready, STEP)
    ready.run("sudo mv /root/virsh /usr/bin/; sudo rm /usr/local/bin/virsh", check=True)


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
