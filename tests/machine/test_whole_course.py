"""The whole course in one run: from a bare machine to everything green, and after the next boot as well.

The student is walked through it by `tutor learn`, in English; test_learn_swedish.py has the other language.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.machine.checkout import PROJECT
from tests.machine.guest import GREETING
from tests.machine.lesson import bring_medium, course
from tests.machine.proving import by_hand
from tests.machine.waiting import becomes
from tests.machine.walker import LOGIN, Walker
from tests.terminal import CTRL_C, CTRL_D
from tutor.language import Language
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

#: Steps that no command can make pass: what this hardware is, and what needs a screen.
CPU, CLICKED = "install/cpu", "domains/virt-manager"

LANGUAGE: Language = "en"
INTERRUPTED = 130

#: The step after which a student logs in again, and one of two blocks.
AGAIN, ONE_BY_ONE = "install/qemu-kvm", "install/default-network"
LADDER = ("Look at this first:", "What this machine shows:", "What puts it right:")

#: The lesson leaves this guest to be started by hand.
STARTED_BY_HAND = "domains/xml/running"
START = "virsh -c qemu:///system start minimal-vm"

#: How long a guest under emulation may take to boot, and to ask for its address.
BOOT_SECONDS = 60


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A bare machine whose disk survives a reboot."""
    try:
        with boot("bare", project=PROJECT, keep_disk=True) as booted:
            yield booted
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


def graded(machine: Machine) -> tuple[int, dict[str, Any]]:
    """The exit code and the document of the whole course's grade."""
    done = machine.run("tutor check --format json --lang en")
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def red(document: dict[str, Any]) -> dict[str, str]:
    """What is neither passed nor skipped, with its code."""
    checks = (check for step in document["steps"] for check in step["checks"])
    return {check["id"]: check["code"] for check in checks if check["status"] not in ("pass", "skip")}


def assert_untouched(machine: Machine) -> None:
    """No step passes on a bare machine, but for what is true of its hardware."""
    passing = {step["id"] for step in graded(machine)[1]["steps"] if step["status"] == "pass"}
    assert passing <= {CPU}


def look_around(machine: Machine) -> None:
    """What a curious student tries first: entries of the menu that the walk itself does not need."""
    with Walker(machine, LANGUAGE) as walker:
        walker.choose("List of all steps")
        walker.terminal.choose("networks/static-lease")
        walker.at("networks/static-lease")
        walker.expect("This step builds on what is not done yet: {steps}", steps="install/qemu-kvm,")
        walker.choose("Go to {step} first", step="install/qemu-kvm")
        walker.at("install/qemu-kvm")
        for number, says in enumerate(LADDER, 1):
            walker.choose("Hint ({number} of {count})", number=number, count=len(LADDER))
            walker.expect(says)
        walker.choose("What is wrong here?")
        walker.terminal.expect("sudo apt-get install")
        walker.choose("Read the step again")
        walker.choose("Back to the step before")
        walker.at("networks/static-lease")
        walker.choose("List of all steps")
        walker.terminal.choose("intro/role")
        walker.at("intro/role")
        walker.press(CTRL_C)
        assert walker.terminal.exit_code() == INTERRUPTED


def walk(machine: Machine) -> None:
    """Every step in order, as `tutor learn` offers it, each passing after its own commands."""
    bring_medium(machine)
    look_around(machine)
    walker, skipped = Walker(machine, LANGUAGE), False
    walker.expect("Welcome back. You were here:")
    for step in course().steps:
        walker.at(step.id)
        if step.id == CPU and walker.offers("Skip it, with a reason"):
            walker.skip("no hardware virtualization here")
            skipped = True
        elif step.id == AGAIN:
            walker.run()
            walker.expect(LOGIN)
            walker.press(CTRL_D)
            assert walker.terminal.exit_code() == 0
            walker = Walker(machine, LANGUAGE)
            walker.expect("You have logged in anew, and have your new groups.")
        elif step.id == ONE_BY_ONE:
            walker.choose("Run these commands for me")
            walker.choose("One at a time")
            walker.choose("Yes")
            walker.choose("Yes")
            walker.go_on(step)
        elif step.id == CLICKED:
            by_hand(machine, CLICKED)
            walker.choose("Check now")
            walker.go_on(step)
        else:
            walker.do(step)
            walker.go_on(step)
    walker.expect("The end of the course")
    if skipped:  # else there is nothing left to choose from
        walker.choose("Quit")
    assert walker.terminal.exit_code() == 0


def test_the_whole_course(machine: Machine) -> None:
    # A disk that is kept is a slow one, and nobody needs these packages after a power cut.
    machine.write("/etc/dpkg/dpkg.cfg.d/unsafe-io", "force-unsafe-io\n")
    assert_untouched(machine)
    walk(machine)
    returncode, document = graded(machine)
    hardware = {check for check in red(document) if check.startswith(f"{CPU}/")}
    assert set(red(document)) == hardware
    assert returncode == (1 if hardware else 0)
    summary = document["summary"]
    lost = 1 if hardware else 0
    assert summary["points"] == summary["max_points"] - lost
    assert summary["unknown"] == 0
    with machine.client() as client:
        assert client.banner(2222) == GREETING

    machine.reboot()
    with machine.client() as client:
        assert becomes(lambda: client.banner(2222) == GREETING, BOOT_SECONDS)
        assert becomes(lambda: set(red(graded(machine)[1])) <= hardware | {STARTED_BY_HAND}, BOOT_SECONDS)
    machine.run(START, check=True)
    again = graded(machine)
    assert set(red(again[1])) == hardware, red(again[1])
    assert again[0] == returncode
    assert again[1]["summary"] == summary


def test_and_taken_away_again(machine: Machine) -> None:
    """The baseline was that of a machine without libvirt; packages and groups are named, and kept."""
    ended = machine.run("tutor cleanup --yes --lang en", timeout=180)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "apt-get remove --autoremove" in ended.stdout
    virsh = "virsh -c qemu:///system"
    left = f"{virsh} list --all --name; {virsh} net-list --name; sudo ls {{folders}}"
    folders = "/var/lib/libvirt/images /etc/libvirt/qemu/networks/autostart"
    listed = machine.run(left.format(folders=folders), check=True).stdout.split()
    assert listed == [f"{folder}:" for folder in sorted(folders.split())]
    assert machine.run("grep -c LIBVIRT ~/.bashrc").stdout.strip() == "0"
    assert_untouched_but_for(machine, {"install/cpu", "install/qemu-kvm", "install/confirm", "tools/toolbox"})


def assert_untouched_but_for(machine: Machine, kept: set[str]) -> None:
    """Of the steps without questions, only these still pass."""
    asking = {step.id for step in course().steps if step.quiz}
    passing = {step["id"] for step in graded(machine)[1]["steps"] if step["status"] == "pass"}
    assert passing - asking <= kept
