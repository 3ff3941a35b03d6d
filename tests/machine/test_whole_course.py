"""The whole course in one run: from a bare machine to everything green, and after the next boot as well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.machine.application import PROJECT
from tests.machine.guest import GREETING
from tests.machine.lesson import answer_quiz, bring_medium, course, judge, replay
from tests.machine.machines import Machine, boot
from tests.machine.process import MachineError
from tests.machine.test_domains import AS_BY_VIRT_MANAGER
from tests.machine.waiting import becomes

#: Steps that no command can make pass: what this hardware is, and what needs a screen.
CPU, CLICKED = "install/cpu", "domains/virt-manager"

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


def walk(machine: Machine) -> None:
    """Every step in order, each passing after its own commands."""
    bring_medium(machine)
    for step in course().steps:
        if step.id == CLICKED:
            machine.run(AS_BY_VIRT_MANAGER, check=True)
        replay(machine, step.id)
        answer_quiz(machine, step.id)
        after = judge(machine, step.id)
        assert step.id == CPU or after.status == "pass", f"{step.id}: {after.explain()}"


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
