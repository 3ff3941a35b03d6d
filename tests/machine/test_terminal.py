"""Sudo asks for a password, and the tool is ended meanwhile: the terminal speaks again, and sudo is gone."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest

from tutor.sandbox.machines import Machine
from tutor.sandbox.process import host_environment

DISK = "/var/lib/libvirt/images/min-disk.qcow2"
#: A shell without line editing, which does nothing to the terminal itself.
LINE = (
    "trap : INT; stty -a > /tmp/before; {command}; echo code $?; "
    # Where the tool was killed, another process sets it right, and has to notice first.
    "for attempt in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; stty -a > /tmp/after; "
    "cmp /tmp/before /tmp/after && echo same && exit; done; diff /tmp/before /tmp/after"
)


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """The user ``other`` may use sudo with a password, and there is an image that only root can read."""
    ready_lesson_machine.write("/etc/sudoers.d/other", "other ALL=(ALL:ALL) ALL\n", mode=0o440)
    ready_lesson_machine.run("usermod -aG libvirt other", user="root", check=True)
    ready_lesson_machine.run(
        f"sudo qemu-img create -q -f qcow2 {DISK} 30G; sudo chmod 600 {DISK}", check=True
    )
    return ready_lesson_machine


@contextlib.contextmanager
def asked(machine: Machine, command: str) -> Iterator[Any]:
    """The command, at the moment that sudo wants a password from ``other``."""
    machine.run("rm -rf /run/sudo/ts/other", user="root", check=True)
    argv = machine.command(f"dash -c '{LINE.format(command=command)}'", user="other")
    environment = host_environment({"TERM": "xterm"})
    child = pexpect.spawn(argv[0], argv[1:], env=environment, encoding="utf-8", timeout=30)
    try:
        child.expect("password for other: ")
        yield child
    finally:
        child.close(force=True)


def tutor(machine: Machine) -> str:
    return machine.run("pgrep -u other -ox tutor", user="root", check=True).stdout.strip()


def is_gone(machine: Machine, program: str) -> bool:
    return machine.run(f"pgrep -x {program}", user="root").returncode == 1


@pytest.mark.parametrize(("signal", "code"), [("INT", 130), ("TERM", 143), ("HUP", 129), ("KILL", 137)])
def test_ended_by_a_signal_to_the_tool_alone(machine: Machine, signal: str, code: int) -> None:
    with asked(machine, "tutor check disks --lang en") as child:
        machine.run(f"kill -{signal} {tutor(machine)}", user="root", check=True)
        child.expect(f"code {code}\r")
        child.expect("same\r")
        assert "Traceback" not in child.before
        # Who is killed outright can end nothing any more: sudo goes with the terminal.
        assert signal == "KILL" or is_gone(machine, "sudo")


def test_ctrl_c(machine: Machine) -> None:
    with asked(machine, "tutor check disks --lang en") as child:
        child.sendintr()
        child.expect("code 130\r")
        child.expect("same\r")
    assert is_gone(machine, "sudo")


def test_a_closed_terminal_leaves_nothing_behind(machine: Machine) -> None:
    with asked(machine, "tutor check disks --lang en") as child:
        child.close(force=True)
    deadline = time.monotonic() + 10
    while not (is_gone(machine, "sudo") and is_gone(machine, "tutor")):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_refusal_and_a_password_leave_it_as_it_was(machine: Machine) -> None:
    with asked(machine, "tutor check disks --lang en") as child:
        child.sendline("other")
        child.expect(r"code \d\r")
        child.expect("same\r")
