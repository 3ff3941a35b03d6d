"""`tutor sandbox` on a computer with systemd, for users who are not root."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pexpect
import pytest

from tests.machine.laptop import TUTOR, laptop
from tutor.sandbox.machines import Machine
from tutor.sandbox.process import MachineError
from tutor.sandbox.shell import Completed

NOTICE = "only root can make and enter"


@pytest.fixture(scope="module")
def computer() -> Iterator[Machine]:
    """Its user student, who has sudo without a password, has made a sandbox called mine."""
    try:
        with laptop() as booted:
            made = tutor(booted, "create mine")
            assert made.returncode == 0, made.stderr
            assert made.stderr.index(NOTICE) < made.stderr.index("Enter it: tutor sandbox enter mine")
            yield booted
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


def test_it_outlives_the_login_as_a_service_of_its_own(computer: Machine) -> None:
    active = computer.run("systemctl is-active tutor-sandbox-1000-mine.service").stdout
    assert active == "active\n"
    (row,) = json.loads(tutor(computer, "list --format json").stdout)["sandboxes"]
    assert (row["name"], row["state"]) == ("mine", "running")


def test_the_commands_input_and_exit_code_pass_through_sudo(computer: Machine) -> None:
    done = tutor(computer, "run mine -- sh -c 'cat; id -un; exit 7'", input="typed\n")
    assert (done.stdout, done.returncode) == ("typed\nstudent\n", 7)


def test_a_user_with_a_password_is_asked_for_it_and_has_sandboxes_of_her_own(computer: Machine) -> None:
    line = f"{TUTOR} list; {TUTOR} delete mine; echo code $?"
    argv = computer.command(line, "anna")
    shell = pexpect.spawn(argv[0], argv[1:], timeout=30, encoding="utf-8")
    shell.expect("There is no sandbox")  # nothing is there, so nothing is asked
    shell.expect(NOTICE)
    shell.expect("password for anna:")
    shell.sendline("anna")
    shell.expect("There is no sandbox mine")
    shell.expect("code 2")
    shell.expect(pexpect.EOF)
    shell.close()
    assert tutor(computer, "run mine -- true").returncode == 0


def test_without_sudo_it_says_so(computer: Machine) -> None:
    refused = tutor(computer, "run mine -- false", user="other")
    assert "sudo did not make you root" in refused.stderr
    assert refused.returncode == 2
    missing = computer.run(f"PATH=/nowhere; /usr/bin/{TUTOR} create")
    assert "there is no sudo here" in missing.stderr
    assert missing.returncode == 2


def test_what_is_missing_is_named_with_its_package(computer: Machine) -> None:
    computer.run("sudo mv /usr/bin/systemd-nspawn /usr/bin/aside", check=True)
    try:
        refused = tutor(computer, "create other")
    finally:
        computer.run("sudo mv /usr/bin/aside /usr/bin/systemd-nspawn", check=True)
    assert refused.returncode == 2
    assert "sudo apt install systemd-container" in refused.stderr


def test_reset_starts_it_again_at_once(computer: Machine) -> None:
    assert tutor(computer, "run mine -- touch kept").returncode == 0
    assert tutor(computer, "reset mine --yes").returncode == 0
    (row,) = json.loads(tutor(computer, "list --format json").stdout)["sandboxes"]
    assert row["state"] == "running"
    assert tutor(computer, "run mine -- ls").stdout == ""


def test_a_killed_supervisor_leaves_nothing_where_systemd_looks_after_it(computer: Machine) -> None:
    holder = computer.run("sudo cat /run/sandboxes/1000/mine/process").stdout.split()[0]
    computer.run(f"sudo kill -9 {holder}", check=True)
    (row,) = json.loads(tutor(computer, "list --format json").stdout)["sandboxes"]
    assert row["state"] == "off"
    assert tutor(computer, "run mine -- id -un").stdout == "student\n"


def test_deleted_it_leaves_nothing(computer: Machine) -> None:
    assert tutor(computer, "delete mine --yes").returncode == 0
    units = "systemctl list-units --all --no-legend 'tutor-sandbox*'"
    left = computer.run(f"{units}; sudo ls /run/sandboxes/1000")
    assert left.stdout == ""
    assert computer.run("pgrep systemd-nspawn").returncode == 1


def tutor(computer: Machine, words: str, user: str = "student", input: str | None = None) -> Completed:  # noqa: A002
    return computer.run(f"{TUTOR} {words}", user, timeout=120, input=input)
