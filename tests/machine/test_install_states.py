"""The wrong states of `install`: made on a real machine, told apart, and mended by what is printed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests.machine.lesson import assert_green, assert_mended, judge, run_fixes
from tests.machine.proving import assert_proven, do, each_state, stage
from tests.machine.waiting import becomes
from tutor.course.states import State
from tutor.proving.judged import Judged
from tutor.sandbox.machines import Machine

LIBVIRT, NETWORK, CONFIRM, QEMU = (
    f"install/{name}" for name in ("libvirt", "default-network", "confirm", "qemu-kvm")
)
STOP = "systemctl stop libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"
DROP_IN = "/etc/systemd/system/libvirtd.service.d/break.conf"


@pytest.fixture(scope="module")
def whole(ready_lesson_machine: Machine) -> Machine:
    """A machine with the lesson done."""
    for step in (LIBVIRT, NETWORK):
        do(ready_lesson_machine, step)
    return ready_lesson_machine


@pytest.fixture
def machine(whole: Machine) -> Iterator[Machine]:
    """The lesson's machine, put right after a test that does not do so itself."""
    yield whole
    _restore(whole)


def _restore(machine: Machine) -> None:
    """As the lesson leaves it, whatever was done to it."""
    machine.run(
        f"rm -rf {DROP_IN} /etc/systemd/system/libvirtd.socket.d; systemctl daemon-reload", user="root"
    )
    for step in (LIBVIRT, NETWORK):
        stage(machine, "install").reset(step)


@each_state("install")
def test_each_state(whole: Machine, state: State) -> None:
    assert_proven(whole, state)


@pytest.mark.parametrize(
    "stop", ["systemctl start libvirtd; true", f"{STOP}; systemctl start libvirtd.socket libvirtd-ro.socket"]
)
def test_a_daemon_that_cannot_start_is_no_idle_daemon(machine: Machine, stop: str) -> None:
    """In a crash loop, and before anybody has called: the socket listens either way."""
    machine.write(DROP_IN, "[Service]\nExecStart=\nExecStart=/bin/false\n")
    machine.run(f"systemctl daemon-reload; {STOP}; {stop}", user="root")
    # While systemd is just trying once more, it is starting, and nobody can tell how that will end.
    assert becomes(lambda: judge(machine, LIBVIRT).codes == {"daemon": "daemon-failed"}, 10)
    judged = judge(machine, LIBVIRT)
    # Whoever broke it knows why; starting it again would only fail again.
    assert judged.fixes == []
    assert judge(machine, CONFIRM).codes["write"] in ("session-only", "not-answering")


def test_a_daemon_that_is_starting_is_neither_stopped_nor_there(machine: Machine) -> None:
    """As a second after `systemctl start --no-block`, or after boot; the fix waits for its end."""
    go = "/run/daemon-may-start"
    machine.write(DROP_IN, f"[Service]\nExecStartPre=/bin/sh -c 'until [ -e {go} ]; do sleep 0.1; done'\n")
    machine.run(f"systemctl daemon-reload; {STOP}; systemctl start --no-block libvirtd", user="root")
    judged = judge(machine, LIBVIRT)
    assert (judged.status, judged.codes) == ("unknown", {"daemon": "starting"})
    machine.run(f"(sleep 1; touch {go}) > /dev/null 2>&1 &", user="root")
    assert [done.returncode for done in run_fixes(machine, judged)] == [0]
    assert_green(machine, LIBVIRT)


def test_a_daemon_that_hangs_is_unknown_and_costs_seconds(machine: Machine) -> None:
    """It runs; whether it works, nobody could ask. Restarting it is worth a try."""
    machine.run("sudo pkill -STOP -x libvirtd", check=True)
    began = time.monotonic()
    hung = [judge(machine, step) for step in (LIBVIRT, NETWORK)]
    assert time.monotonic() - began < 2 * 8
    for judged in hung:
        assert (judged.status, judged.returncode) == ("unknown", 3)
        assert set(judged.codes.values()) <= {"timed-out", "need-unknown"}
    run_fixes(machine, hung[-1])
    assert_green(machine, NETWORK)


def test_an_idle_daemon_behind_its_socket_passes(machine: Machine) -> None:
    machine.run("sudo systemctl stop libvirtd.service", check=True)
    assert machine.run("systemctl is-active libvirtd.service libvirtd.socket").stdout == "inactive\nactive\n"
    for step in (LIBVIRT, NETWORK, CONFIRM):
        assert_green(machine, step)


def test_a_daemon_that_was_started_by_hand_passes(machine: Machine) -> None:
    machine.run(f"sudo {STOP} && sudo libvirtd --daemon", check=True)
    judged = judge(machine, LIBVIRT)
    machine.run("sudo kill $(cat /run/libvirtd.pid)", check=True)
    assert judged.status == "pass", judged.explain()


def test_enabled_by_the_socket_alone_passes_with_a_note(machine: Machine) -> None:
    machine.run("sudo systemctl disable libvirtd && sudo systemctl enable libvirtd.socket", check=True)
    (enabled,) = (
        check for check in judge(machine, LIBVIRT).step["checks"] if check["id"].endswith("/enabled")
    )
    assert enabled["status"] == "pass"
    assert "only the socket is enabled" in enabled["note"]


def test_a_stale_session_is_a_note_where_polkit_decides(machine: Machine) -> None:
    judged = _judge_with_groups(machine, LIBVIRT, "student,sudo")
    (group,) = (check for check in judged.step["checks"] if check["id"].endswith("/group"))
    assert (judged.status, group["status"]) == ("pass", "pass")
    assert "this session does not have the group yet" in group["note"]
    assert _judge_with_groups(machine, CONFIRM, "student,sudo").status == "pass"


def test_a_stale_session_fails_where_the_socket_decides(machine: Machine) -> None:
    """Ubuntu's way: the socket is for root and the group libvirt, and nobody else is asked."""
    _like_ubuntu(machine, "none")
    for step in (LIBVIRT, CONFIRM):
        assert_green(machine, step)
    for step, name in ((LIBVIRT, "group"), (CONFIRM, "write")):
        judged = _judge_with_groups(machine, step, "student,sudo")
        assert judged.codes == {name: "not-in-session"}
        assert judged.fixes == []
    machine.run("sudo gpasswd -d student libvirt", check=True)
    assert_mended(machine, CONFIRM, {"write": "not-authorised"})
    _like_ubuntu(machine, None)


def test_a_stale_session_lacks_kvm(machine: Machine) -> None:
    judged = _judge_with_groups(machine, QEMU, "student,sudo,libvirt")
    assert judged.codes == {"session": "not-in-session"}
    assert judged.fixes == []
    assert _judge_with_groups(machine, QEMU, "student,kvm").status == "pass"


@pytest.mark.parametrize("step", [QEMU, LIBVIRT, CONFIRM])
def test_root_says_nothing_about_the_student(machine: Machine, step: str) -> None:
    judged = judge(machine, step, user="root")
    assert set(judged.codes.values()) <= {"run-as-root", "need-unknown"}
    assert (judged.status, judged.returncode) == ("unknown", 3)
    assert judged.fixes == []


def test_a_member_who_is_refused_is_told_to_look_elsewhere(machine: Machine) -> None:
    rule = "/etc/polkit-1/rules.d/00-no.rules"
    machine.write(
        rule, "polkit.addRule(function(a) { if (a.id == 'org.libvirt.unix.manage') return 'no'; });\n"
    )
    machine.run("systemctl restart polkit", user="root", check=True)
    judged = judge(machine, CONFIRM)
    machine.run(f"rm {rule}; systemctl restart polkit", user="root", check=True)
    assert judged.codes == {"write": "refused-as-member"}
    assert judged.fixes == []


def test_let_in_by_a_rule_of_the_hosts_own(machine: Machine) -> None:
    """Not by the group: to list domains as oneself is what counts."""
    rule = "/etc/polkit-1/rules.d/00-yes.rules"
    machine.write(rule, "polkit.addRule(function(a, s) { if (s.user == 'student') return 'yes'; });\n")
    machine.run("gpasswd -d student libvirt; systemctl restart polkit", user="root", check=True)
    judged = judge(machine, CONFIRM)
    machine.run(f"rm {rule}; systemctl restart polkit", user="root", check=True)
    assert judged.status == "pass", judged.explain()


def _judge_with_groups(machine: Machine, step: str, groups: str) -> Judged:
    """Grade in a session that was begun when the student had only these groups."""
    grade = f"tutor check {step} --format json --lang en"
    session = "env -i HOME=/home/student USER=student LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin"
    become = f"setpriv --reuid=student --regid=student --groups={groups}"
    done = machine.run(f"cd /home/student; {become} {session} {grade}", user="root")
    return Judged(done.returncode, json.loads(done.stdout))


def _like_ubuntu(machine: Machine, auth: str | None) -> None:
    """Let the socket's permissions decide, or (None) polkit again."""
    socket, daemon = "/etc/systemd/system/libvirtd.socket.d/ubuntu.conf", "/etc/libvirt/libvirtd.conf"
    if auth:
        machine.write(socket, "[Socket]\nSocketMode=0660\nSocketGroup=libvirt\n")
        machine.run(f"echo 'auth_unix_rw = \"{auth}\"' >> {daemon}", user="root", check=True)
    else:
        machine.run(f"rm {socket}; sed -i /^auth_unix_rw/d {daemon}", user="root", check=True)
    machine.run(f"systemctl daemon-reload; {STOP}; systemctl start libvirtd", user="root", check=True)
