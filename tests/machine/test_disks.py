"""disks/create-qcow2 on student machines: every state beside the lesson, and every look that needs root."""

from __future__ import annotations

from collections.abc import Iterator

import pexpect
import pytest

from tests.machine.lesson import answer_quiz, assert_green, assert_mended, judge, replay, run_fixes
from tests.machine.proving import assert_proven, each_state, run_with, stage, states
from tutor.course.states import State
from tutor.proving.judged import Judged
from tutor.sandbox.machines import Machine

STEP = "disks/create-qcow2"
IMAGE = f"{STEP}/image"
FOLDER = "/var/lib/libvirt/images"
PATH = f"{FOLDER}/min-disk.qcow2"
RIGHT = f"sudo qemu-img create -q -f qcow2 {PATH} 30G"

#: A VMDK description whose extent is the file at the end; qemu-img follows it if it may guess.
VMDK = """# Disk DescriptorFile
version=1
CID=12345678
parentCID=ffffffff
createType="monolithicFlat"

RW 62914560 FLAT "{}" 0
"""


@pytest.fixture(scope="module")
def ready(ready_lesson_machine: Machine) -> Machine:
    """A machine on which the lesson's own commands made the image."""
    first = judge(ready_lesson_machine, STEP)
    assert (first.returncode, first.codes) == (1, {"image": "missing", "quiz": "unanswered"})
    replay(ready_lesson_machine, STEP)
    answer_quiz(ready_lesson_machine, STEP)
    assert_green(ready_lesson_machine, STEP)
    return ready_lesson_machine


@pytest.fixture
def empty(ready: Machine) -> Machine:
    """The same without any image."""
    run_with(ready, "disks", states("disks").around(STEP).begin, "student")
    return ready


@each_state("disks")
def test_each_state(ready: Machine, state: State) -> None:
    assert_proven(ready, state)


def test_the_volume_of_a_pool_is_roots_alone(empty: Machine) -> None:
    (route,) = (one for one in states("disks").states if one.name == "vol-create-as")
    with stage(empty, "disks").made(route):
        pass
    assert empty.run(f"stat -c '%a %U' {PATH}").stdout == "600 root\n"
    assert_unknown(judge(empty, IMAGE, user="other"), "not-permitted")


def test_an_overlay_is_right_and_comes_with_a_note(empty: Machine) -> None:
    empty.run(
        "sudo qemu-img create -q -f qcow2 /srv/base.qcow2 30G;"
        f"sudo qemu-img create -q -f qcow2 -F qcow2 -b /srv/base.qcow2 {PATH}",
        check=True,
    )
    judged = judge(empty, STEP)
    assert judged.status == "pass"
    assert "/srv/base.qcow2" in judged.step["checks"][0]["note"]


def test_an_image_that_a_running_guest_holds(empty: Machine) -> None:
    empty.run(RIGHT, check=True)
    guest = f"qemu-system-x86_64 -m 32 -display none -S -drive file={PATH},if=virtio,format=qcow2"
    empty.run(f"sudo {guest} -daemonize -pidfile /run/guest.pid", check=True)
    try:
        assert empty.run(f"sudo qemu-img info {PATH}").returncode != 0
        assert_green(empty, STEP)
    finally:
        empty.run("sudo sh -c 'kill $(cat /run/guest.pid)'", check=True)


@pytest.mark.parametrize(
    "name", ["my disk.qcow2", 'it\'s "odd" $(x).qcow2', "-U.qcow2", "a:b,c.qcow2", "json:{}.qcow2"]
)
def test_a_name_with_anything_in_it(empty: Machine, name: str) -> None:
    quoted = f"disk_path={FOLDER}/{name}".replace("'", "'\\''")
    assert_mended(empty, IMAGE, {"image": "missing"}, "--var", f"'{quoted}'")


def test_an_image_at_home_when_that_is_its_place(empty: Machine) -> None:
    assert_mended(empty, IMAGE, {"image": "missing"}, "--var", "disk_path='~/my disks/one.qcow2'")
    assert empty.run("ls 'my disks'; rm -rf 'my disks'").stdout == "one.qcow2\n"


@pytest.mark.parametrize(
    "target", ["/etc/shadow", "/tmp/fifo", "http://127.0.0.1:9/x", 'json:{"driver":"null-co"}']
)
def test_nothing_that_an_image_points_to_is_opened(empty: Machine, target: str) -> None:
    empty.run("mkfifo -m 666 /tmp/fifo; rm -f h.qcow2 h.data; sudo truncate -s 30G /etc/long", timeout=10)
    backing = f"qemu-img create -q -f qcow2 -u -F raw -b '{target}' h.qcow2 30G"
    # The name is padded to the length of the target, which then takes its place.
    data = "/tmp/" + "d" * (len(target) - 5)
    external = (
        f"qemu-img create -q -f qcow2 -o data_file={data} h.qcow2 30G && sed -i 's~{data}~{target}~' h.qcow2"
    )
    empty.write("/home/student/h.vmdk", VMDK.format(target), owner="student")
    for make, file, codes in (
        (backing, "h.qcow2", {}),
        (external, "h.qcow2", {}),
        ("true", "h.vmdk", {"image": "wrong-format"}),
    ):
        empty.run(make, check=True)
        for mode in ("644 student", "600 root"):
            bits, owner = mode.split()
            empty.run(f"sudo install -m {bits} -o {owner} {file} {PATH}", check=True)
            judged = judge(empty, IMAGE)
            assert judged.codes == codes, judged.explain()
            assert judged.document["duration_ms"] < 2000
    empty.run("rm -f /tmp/fifo h.*", check=True)


def test_no_password_and_no_terminal(empty: Machine) -> None:
    empty.run(f"{RIGHT}; sudo chmod 600 {PATH}", check=True)
    assert_unknown(judge(empty, IMAGE, user="other"), "not-permitted")
    text = empty.run(f"tutor check {IMAGE} --lang en", user="other", timeout=10)
    assert text.returncode == 3
    assert "needs sudo" in text.stdout


def test_a_folder_that_nobody_may_look_into(empty: Machine) -> None:
    empty.run(f"sudo chmod 700 {FOLDER}", check=True)
    try:
        assert_unknown(judge(empty, IMAGE, user="other"), "not-permitted")
        assert_mended(empty, STEP, {"image": "missing"})
        empty.run(f"sudo rm {PATH}; sudo mkfifo {PATH}", check=True)
        assert_unknown(judge(empty, IMAGE), "not-a-file")
    finally:
        empty.run(f"sudo chmod 711 {FOLDER}", check=True)


def test_no_sudo_at_all(empty: Machine) -> None:
    empty.run(f"{RIGHT}; sudo chmod 600 {PATH}", check=True)
    empty.run("mv /usr/bin/sudo /usr/bin/sudo.away", user="root", check=True)
    try:
        assert_unknown(judge(empty, IMAGE), "program-missing")
    finally:
        empty.run("mv /usr/bin/sudo.away /usr/bin/sudo", user="root", check=True)


def test_sudo_for_qemu_img_alone(empty: Machine) -> None:
    empty.run(f"{RIGHT}; sudo chmod 600 {PATH}", check=True)
    empty.write("/etc/sudoers.d/other", "other ALL=(root) NOPASSWD: /usr/bin/qemu-img info *\n", mode=0o440)
    try:
        assert judge(empty, IMAGE, user="other").status == "pass"
    finally:
        empty.run("rm /etc/sudoers.d/other", user="root", check=True)


@pytest.fixture
def secretive(empty: Machine) -> Iterator[Machine]:
    """The image is root's alone, and the other user has to type a password for sudo."""
    empty.run(f"{RIGHT}; sudo chmod 600 {PATH}", check=True)
    empty.run("echo other:hemligt | chpasswd", user="root", check=True)
    # Nothing is remembered: each sudo asks by itself.
    empty.write(
        "/etc/sudoers.d/other", "other ALL=(ALL) ALL\nDefaults:other timestamp_timeout=0\n", mode=0o440
    )
    yield empty
    empty.run("rm /etc/sudoers.d/other", user="root", check=True)


def on_terminal(machine: Machine) -> pexpect.spawn[str]:
    """The check, run by the other user on a terminal, at the point where a password is asked for."""
    program, *words = machine.command(
        f"tutor check {IMAGE} --lang en --no-color; echo code=$?; stty -a", user="other"
    )
    child = pexpect.spawn(
        program,
        words,
        encoding="utf-8",
        timeout=15,
        dimensions=(50, 200),
        env={"TERM": "xterm", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    child.expect("Reading the disk image .* needs sudo: .*qemu-img info")
    child.expect("password for other")
    return child


def test_the_password_is_asked_for_after_saying_what_for(secretive: Machine) -> None:
    child = on_terminal(secretive)
    child.sendline("hemligt")
    child.expect("code=0")
    child.expect(" echo ")


def test_a_slow_typist_is_waited_for(secretive: Machine) -> None:
    child = on_terminal(secretive)
    with pytest.raises(pexpect.TIMEOUT):
        child.expect("code=", timeout=11)
    child.sendline("hemligt")
    child.expect("code=0")


def test_a_wrong_password(secretive: Machine) -> None:
    child = on_terminal(secretive)
    for _ in range(3):
        child.sendline("fel")
        child.expect(["try again", r"did\s+not\s+let"])
    child.expect("code=3")


def test_interrupted_at_the_password(secretive: Machine) -> None:
    child = on_terminal(secretive)
    child.sendintr()
    child.expect("code=130")
    child.expect(r"[^-]echo ")


def test_a_machine_format_never_asks(secretive: Machine) -> None:
    done = secretive.run(f"tutor check {IMAGE} --format json; stty -a", user="other", tty=True, timeout=15)
    assert "not-permitted" in done.stdout
    assert "password for" not in done.stdout


def test_a_password_given_before_is_enough(secretive: Machine) -> None:
    secretive.write("/etc/sudoers.d/other", "other ALL=(ALL) ALL\n", mode=0o440)
    line = f"echo hemligt | sudo -S true; tutor check {IMAGE} --format tap"
    done = secretive.run(line, user="other", tty=True, timeout=15)
    assert "\nok 1" in done.stdout.replace("\r", ""), done.stdout


def test_from_nothing(bare_lesson_machine: Machine) -> None:
    answer_quiz(bare_lesson_machine, STEP)
    judged = judge(bare_lesson_machine, STEP)
    assert judged.codes == {"image": "missing"}
    run_fixes(bare_lesson_machine, judged)
    assert_green(bare_lesson_machine, STEP)


def test_an_image_without_the_program_that_reads_it(bare_lesson_machine: Machine) -> None:
    bare_lesson_machine.run("sudo mv /usr/bin/qemu-img /root/", check=True)
    judged = judge(bare_lesson_machine, STEP)
    assert_unknown(judged, "program-missing")
    run_fixes(bare_lesson_machine, judged)
    assert_green(bare_lesson_machine, STEP)


def assert_unknown(judged: Judged, code: str) -> None:
    assert (judged.returncode, judged.codes) == (3, {"image": code}), judged.explain()
