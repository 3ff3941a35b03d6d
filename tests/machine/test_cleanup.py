"""Cleaning up: the machine is what it was before the course, and nothing else is ever lost."""

from __future__ import annotations

import json
from typing import Any

import pexpect
import pytest

from tests.machine.cleanup_states import COURSE, FOREIGN, FOREIGN_NAMES, KILLER, LOOSE
from tests.machine.fingerprint import fingerprint
from tests.machine.lesson import answer_quiz, bring_medium, course, judge, replay
from tests.machine.proving import by_hand
from tutor.proving.replay import changes
from tutor.sandbox.machines import Machine

VIRSH = "virsh -c qemu:///system"
#: What is created, and passes only on hardware of another kind, or when somebody clicks.
CLICKED = "domains/virt-manager"
#: Steps to be reset in every run of the tests; `make resets` does all that create something.
SAMPLE = ("install/libvirt", "disks/create-qcow2", "snapshots/tree")
FORGET = "rm -rf ~/.local/state/libvirt-tutor/baseline"
FIRST_USE = "tutor check install/cpu || true"


def creating() -> list[str]:
    """The steps that create something which a reset takes away."""
    kept = ("package", "group")
    return [
        step.id
        for step in course().steps
        if any(not one.shared and one.kind not in kept for one in step.creates)
    ]


RESETS = [pytest.param(step, marks=() if step in SAMPLE else pytest.mark.long) for step in creating()]


def do(machine: Machine, step: str) -> None:
    """Do what a step says."""
    if step == CLICKED:
        by_hand(machine, CLICKED)
    replay(machine, step)


def listed(machine: Machine, command: str = "cleanup") -> dict[str, Any]:
    """What would be done, as JSON."""
    done = machine.run(f"tutor {command} --dry-run --format json --lang en")
    assert done.returncode in (0, 1), done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def on_terminal(machine: Machine, answer: str) -> tuple[int, str]:
    """Clean up on a terminal with this answer to the question: the exit code, and what was shown after it."""
    command, *words = machine.command("tutor cleanup --lang en")
    child = pexpect.spawn(command, words, encoding="utf-8", timeout=180)
    child.expect_exact("[y/N]")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus or 0), str(child.before)


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """The network has run once: libvirt's own empty chains are in the firewall from then on."""
    ready_lesson_machine.run(f"{VIRSH} net-start default && {VIRSH} net-destroy default", check=True)
    return ready_lesson_machine


@pytest.fixture(scope="module")
def before(machine: Machine) -> list[str]:
    """The fingerprint when the tool is used for the first time."""
    assert machine.run("tutor cleanup --yes --lang en").returncode == 3
    machine.run(FIRST_USE)
    return fingerprint(machine)


@pytest.fixture(scope="module")
def done(machine: Machine, before: list[str]) -> Machine:
    """The whole course is done."""
    assert before
    bring_medium(machine)
    for step in course().steps:
        do(machine, step.id)
        answer_quiz(machine, step.id)
    return machine


@pytest.mark.parametrize("step", RESETS)
def test_a_step_is_reset_and_done_again(done: Machine, step: str) -> None:
    assert judge(done, step).status == "pass"
    others = {one: judge(done, one).status for one in creating() if one != step} if step not in SAMPLE else {}
    told = done.run(f"tutor reset {step} --dry-run --lang en").stdout
    ended = done.run(f"tutor reset {step} --yes --lang en", timeout=120)
    assert ended.returncode == (1 if "used by" in ended.stdout else 0), ended.stdout + ended.stderr
    after = judge(done, step)
    assert after.status != "pass" or step in ("snapshots/delete", "install/default-network")
    for one, status in others.items():
        assert judge(done, one).status == status or one in told, one
    do(done, step)
    assert judge(done, step).status == "pass"
    # What built on it is begun anew too, so that the next finds the whole course done.
    for one in (one for one in others if judge(done, one).status != others[one]):
        done.run(f"tutor reset {one} --yes")
        do(done, one)


def test_the_whole_course_is_taken_away(done: Machine, before: list[str]) -> None:
    plain = done.run("tutor cleanup --lang en")
    assert plain.returncode == 2, "nobody is there to be asked"
    assert listed(done)["left"] == []
    for answer in ("n", "", "yess"):
        assert on_terminal(done, answer)[0] == 2
    assert len(listed(done)["operations"]) > 30
    code, shown = on_terminal(done, "y")
    assert code == 0, shown
    assert "Everything on the list is gone." in shown
    assert changes(before, fingerprint(done)) == []
    again = done.run("tutor cleanup --yes --lang en")
    assert again.returncode == 0
    assert "Nothing to take away" in again.stdout
    # Answers and progress are the student's.
    assert done.run("grep -c answer ~/.local/state/libvirt-tutor/journal.jsonl").stdout.strip() != "0"


@pytest.fixture(scope="module")
def theirs(machine: Machine, before: list[str]) -> list[str]:
    """The fingerprint of a machine that has things of its own under the course's names."""
    assert before
    machine.run(f"{FORGET}; rm -f ~/vm.xml", check=True)
    machine.run(FOREIGN, check=True, timeout=120)
    machine.run(FIRST_USE)
    return fingerprint(machine)


def test_what_was_there_before_is_refused_by_name(machine: Machine, theirs: list[str]) -> None:
    assert theirs
    assert listed(machine)["operations"] == []
    machine.run(COURSE, check=True, timeout=120)
    document = listed(machine)
    refused = {left["thing"]: left["foreign"] for left in document["left"]}
    assert {name: refused.get(name) for name in FOREIGN_NAMES} == dict.fromkeys(FOREIGN_NAMES, True)
    words = " ".join(one["command"] for one in document["operations"])
    assert "min-disk" not in words
    assert "test-vm" not in words


def test_killed_at_every_operation_and_run_again(machine: Machine, theirs: list[str]) -> None:
    operations = len(listed(machine)["operations"])
    assert operations >= 20
    machine.write("/opt/killer", KILLER, mode=0o755)
    names = ("virsh", "sudo", "rm", "rmdir", "sed")
    machine.run(
        f"mkdir -p /opt/kill && for name in {' '.join(names)}; do ln -sf ../killer /opt/kill/$name; done",
        user="root",
    )
    killed = 0
    for attempt in range(2 * operations):
        when = "during" if attempt % 2 else "after"
        ended = machine.run(f"PATH=/opt/kill:$PATH KILLER={when} tutor cleanup --yes --lang en", timeout=60)
        killed += ended.returncode == 137
        if ended.returncode == 0:
            break
        assert ended.returncode == 137, ended.stdout + ended.stderr
    assert killed >= operations - 1
    assert machine.run("tutor cleanup --yes --lang en").returncode == 0
    assert changes(theirs, fingerprint(machine)) == []


def test_a_disk_that_no_domain_and_no_pool_knows_of_keeps_what_it_rests_on(machine: Machine) -> None:
    """Only root can see it: a student looks into that folder with sudo."""
    machine.run(LOOSE, check=True)
    ended = machine.run("tutor cleanup --yes --lang en")
    found = listed(machine)
    assert (ended.returncode, found["operations"]) == (1, []), ended.stdout
    rests = [one["why"] for one in found["left"] if not one["foreign"]]
    assert rests == ["other disks rest on it: /var/lib/libvirt/images/loose.qcow2"]
    machine.run("sudo qemu-img check -q /var/lib/libvirt/images/loose.qcow2", check=True)
    machine.run("sudo rm /var/lib/libvirt/images/loose.qcow2", check=True)
    assert machine.run("tutor cleanup --yes --lang en").returncode == 0


def test_without_libvirt_nothing_is_claimed(machine: Machine) -> None:
    machine.run("systemctl stop libvirtd.service 'libvirtd*.socket'", user="root", check=True)
    ended = machine.run("tutor cleanup --yes --lang en")
    machine.run("systemctl start libvirtd.socket", user="root", check=True)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "Nothing was taken away" in ended.stderr
