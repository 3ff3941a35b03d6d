"""`tutor learn` where sudo wants a password: asked for on the terminal, and only when it is needed."""

from __future__ import annotations

import pytest

from tests.machine.walker import Walker
from tests.terminal import CTRL_C
from tutor.language import Language
from tutor.sandbox.machines import Machine

LANGUAGE: Language = "en"
PASSWORD = "correct horse"  # noqa: S105 - of a throwaway machine


@pytest.fixture
def machine(ready_machine: Machine) -> Machine:
    """The student has a password, and sudo asks for it."""
    ready_machine.run(f"echo 'student:{PASSWORD}' | chpasswd", user="root", check=True)
    ready_machine.run("rm -f /etc/sudoers.d/*; usermod -aG sudo student", user="root", check=True)
    assert ready_machine.run("sudo -n true").returncode == 1
    return ready_machine


def test_a_password_is_asked_for_when_it_is_needed_and_not_before(machine: Machine) -> None:
    with Walker(machine, LANGUAGE, "networks/port-forward") as walker:
        walker.at("networks/port-forward")
        assert "password for" not in walker.terminal.plain
        walker.choose("Check now")
        walker.terminal.expect("needs sudo: ")
        walker.terminal.expect("password for student:")
        walker.terminal.type(f"{PASSWORD}\r")
        walker.expect("Not there yet. Ask for a hint, or for what is wrong here.")
        walker.press(CTRL_C)
        assert PASSWORD not in walker.terminal.plain
    with Walker(machine, LANGUAGE, "disks/create-qcow2") as walker:
        walker.run()
        walker.terminal.expect("password for student:")
        walker.terminal.type(f"{PASSWORD}\r")
        walker.terminal.expect("Formatting '/var/lib/libvirt/images/min-disk.qcow2'")
        walker.terminal.expect(r"image +✓ pass")
        assert PASSWORD not in walker.terminal.plain


def test_whoever_has_no_password_to_give_goes_on(machine: Machine) -> None:
    with Walker(machine, LANGUAGE, "networks/port-forward") as walker:
        walker.choose("Check now")
        walker.terminal.expect("password for student:")
        walker.terminal.type(CTRL_C)
        walker.at("networks/port-forward")
        walker.choose("Run these commands for me")
        walker.choose("Yes, all of it")
        walker.terminal.expect("password for student:")
        walker.terminal.type(CTRL_C)
        # sudo ends by itself, with a code of its own; the check after it asks again.
        walker.expect("This failed, with the exit code {code}:", code=1)
        walker.terminal.expect("password for student:")
        walker.terminal.type(CTRL_C)
        walker.at("networks/port-forward")
