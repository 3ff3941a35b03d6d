"""The lesson `install` from nothing: its own commands, other routes, and the fixes alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.machine.lesson import assert_green, assert_mended, judge, replay, run_fixes
from tests.machine.waiting import becomes
from tutor.proving.judged import Judged
from tutor.sandbox.machines import Machine

STEPS = ("install/qemu-kvm", "install/libvirt", "install/default-network", "install/confirm")
STALE = "/home/student/stale"


class TestTheLesson:
    """One machine, the lesson's steps in order."""

    def test_the_processor_is_judged_truly(self, bare_lesson_machine: Machine) -> None:
        """No machine here has the device, and only this host's processor knows the flags."""
        judged = judge(bare_lesson_machine, "install/cpu")
        flags = {word for line in _cpu_lines() if line.startswith("flags") for word in line.split()}
        if flags & {"vmx", "svm"}:
            assert "flags" not in judged.codes
        else:
            expected = "no-nesting" if "hypervisor" in flags else "no-flag"
            assert judged.codes["flags"] == expected
            assert judged.codes["module"] == "need-failed"
        assert judged.codes["device"] == "in-container"
        # The kernel, its modules and its devices are the host's: nothing to do from in here.
        assert judged.fixes == []

    def test_nothing_is_done_on_a_fresh_machine(self, bare_lesson_machine: Machine) -> None:
        for step in STEPS:
            judged = judge(bare_lesson_machine, step)
            assert (judged.status, judged.returncode) in (("fail", 1), ("blocked", 1)), judged.explain()

    def test_qemu_by_the_lessons_commands(self, bare_lesson_machine: Machine) -> None:
        machine = bare_lesson_machine
        _begin_stale_session(machine)
        replay(machine, "install/qemu-kvm")
        assert_green(machine, "install/qemu-kvm")

    def test_a_session_from_before_must_be_begun_anew(self, bare_lesson_machine: Machine) -> None:
        judged = _end_stale_session(bare_lesson_machine)
        assert judged.codes == {"session": "not-in-session"}
        assert judged.fixes == []

    @pytest.mark.parametrize("step", STEPS[1:])
    def test_the_rest_by_the_lessons_commands(self, bare_lesson_machine: Machine, step: str) -> None:
        replay(bare_lesson_machine, step)
        assert_green(bare_lesson_machine, step)

    def test_the_lessons_commands_may_be_run_again(self, bare_lesson_machine: Machine) -> None:
        for step in STEPS[:2]:
            replay(bare_lesson_machine, step)
            assert_green(bare_lesson_machine, step)
        assert bare_lesson_machine.read("/home/student/.bashrc").count("LIBVIRT_DEFAULT_URI") == 1

    def test_a_missing_program_comes_back(self, bare_lesson_machine: Machine) -> None:
        """Removed as a package; and as a file, where installing again alone does nothing."""
        machine, missing = bare_lesson_machine, {"programs": "program-missing"}
        machine.run("sudo apt-get remove -y virt-viewer", check=True)
        assert_mended(machine, "install/libvirt", missing)
        machine.run("sudo rm /usr/bin/qemu-img", check=True)
        assert_mended(machine, "install/qemu-kvm", missing)

    def test_a_missing_daemon_comes_back(self, bare_lesson_machine: Machine) -> None:
        """The package's files gone, the student's own settings still there."""
        machine = bare_lesson_machine
        machine.run("sudo apt-get remove -y libvirt-daemon-system libvirt-daemon", check=True)
        judged = judge(machine, "install/confirm")
        assert judged.codes == {"write": "not-installed"}
        assert_mended(machine, "install/libvirt", {"daemon": "not-installed", "enabled": "not-installed"})
        assert_green(machine, "install/confirm")


@pytest.mark.parametrize("step", STEPS)
def test_the_printed_fixes_alone_do_it_on_a_bare_machine(bare_machine: Machine, step: str) -> None:
    """What the student never did is in the fixes too: packages, membership, the daemon."""
    run_fixes(bare_machine, judge(bare_machine, step))
    assert_green(bare_machine, step)


def test_the_documents_own_packages_and_another_way_into_the_groups(bare_machine: Machine) -> None:
    """qemu-kvm is a virtual package; gpasswd and a new primary group are memberships too."""
    libvirt = "virt-manager virtinst libvirt-daemon-system libvirt-clients bridge-utils virt-viewer"
    lines = (
        f"sudo apt install -y qemu-kvm qemu-utils {libvirt}",
        "sudo groupadd -f kvm; sudo usermod -g kvm student; sudo gpasswd -a student libvirt",
        "echo 'LIBVIRT_DEFAULT_URI=\"qemu:///system\" # the system mode' | sudo tee -a /etc/environment",
    )
    for line in lines:
        bare_machine.run(line, timeout=180, check=True)
    for step in ("install/qemu-kvm", "install/libvirt", "install/confirm"):
        assert_green(bare_machine, step)


def _cpu_lines() -> list[str]:
    return Path("/proc/cpuinfo").read_text().splitlines()


def _begin_stale_session(machine: Machine) -> None:
    """A login that begins now, and runs tutor when it is told to."""
    waiting = f"until [ -e {STALE}.go ]; do sleep 0.1; done"
    grade = f"tutor check install/qemu-kvm --format json --lang en > {STALE}.json; touch {STALE}.done"
    machine.run(f"nohup sh -c '{waiting}; {grade}' > /dev/null 2>&1 &", check=True)


def _end_stale_session(machine: Machine) -> Judged:
    machine.run(f"touch {STALE}.go", check=True)
    assert becomes(lambda: machine.run(f"test -e {STALE}.done").returncode == 0, 20)
    return Judged(1, json.loads(machine.read(f"{STALE}.json")))
