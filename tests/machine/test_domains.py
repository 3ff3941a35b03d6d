"""The lesson on domains: its own commands, every wrong state with the right code, and the printed fixes."""

from __future__ import annotations

from shlex import quote

import pytest

from tests.machine.bench import IMAGES, VIRSH, Bench
from tests.machine.lesson import (
    assert_green,
    assert_mended,
    judge,
    replay,
    run_fixes,
)
from tests.machine.proving import assert_proven, do, each_state
from tutor.course.states import State
from tutor.sandbox.machines import Machine

INSTALL_STEP, XML_STEP, GUI_STEP, VALIDATE_STEP = (
    f"domains/{name}" for name in ("virt-install", "xml", "virt-manager", "validate")
)
STOP_DAEMON = "systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service"


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Bench:
    """test-vm by the lesson's own commands, which are shown to lead from red to green."""
    do(machine, INSTALL_STEP)
    return Bench(machine, "test-vm", runs=False)


@pytest.fixture(scope="module")
def started(machine: Machine) -> Bench:
    """minimal-vm by the lesson's own commands."""
    do(machine, XML_STEP)
    return Bench(machine, "minimal-vm", runs=True)


@pytest.fixture(scope="module")
def whole(installed: Bench, started: Bench) -> Machine:
    """The whole lesson is done; gui-vm is defined by virsh as virt-manager defines it."""
    assert started.machine is installed.machine
    for step in (GUI_STEP, VALIDATE_STEP):
        do(installed.machine, step)
    return installed.machine


@each_state("domains")
def test_each_state(whole: Machine, state: State) -> None:
    assert_proven(whole, state)


def test_a_running_guest_is_judged_without_sudo(installed: Bench) -> None:
    installed.reset()
    installed.on()
    assert "libvirt-qemu 600" in installed.root(f"stat -c '%U %a' {installed.image}")
    assert set(judge(installed.machine, INSTALL_STEP, user="other").codes) == {"quiz"}


def test_an_image_only_root_can_read_is_judged_without_sudo(installed: Bench) -> None:
    installed.reset()
    installed.root(f"chown root: {installed.image} && chmod 0600 {installed.image}")
    assert set(judge(installed.machine, INSTALL_STEP, user="other").codes) == {"quiz"}


def test_a_raw_file_that_nobody_may_look_into_is_unknown(installed: Bench) -> None:
    installed.reset()
    installed.replace_image("-f raw", installed.image, "30G")
    installed.root(f"chmod 0600 {installed.image}")
    assert judge(installed.machine, INSTALL_STEP, user="other").codes["disk"] == "not-permitted"


def test_a_running_guest_that_was_another_is_right_with_a_note(installed: Bench) -> None:
    installed.reset()
    installed.virsh("setmaxmem", "test-vm", "1G", "--config")
    installed.virsh("setvcpus", "test-vm", "1", "--config")
    installed.on()
    installed.virsh("setmaxmem", "test-vm", "2G", "--config")
    installed.virsh("setmem", "test-vm", "2G", "--config")
    installed.virsh("setvcpus", "test-vm", "2", "--config")
    judged = judge(installed.machine, INSTALL_STEP)
    assert judged.status == "pass"
    noted = {check["id"].rpartition("/")[2] for check in judged.step["checks"] if check["note"]}
    assert noted == {"memory", "vcpus"}


def test_the_running_guests_disk_does_not_vouch_for_the_defined_one(installed: Bench) -> None:
    """Libvirt measures what runs; the next start would have 20 GiB."""
    installed.reset()
    installed.on()
    installed.root(f"qemu-img create -q -f qcow2 {IMAGES}/test-vm-small.qcow2 20G")
    installed.edit("--edit", "target=vda", "--disk", f"path={IMAGES}/test-vm-small.qcow2")
    assert_mended(installed.machine, INSTALL_STEP, {"disk": "wrong-size"})


def test_a_network_card_plugged_out_of_the_running_guest_only_is_right(installed: Bench) -> None:
    installed.reset()
    installed.on()
    installed.virsh("detach-interface", "test-vm", "network", "--live")
    assert_green(installed.machine, INSTALL_STEP)


def test_type_qemu_is_accepted_with_a_note_where_kvm_is_not_usable(started: Bench) -> None:
    started.reset()
    (found,) = [
        one for one in judge(started.machine, XML_STEP).step["checks"] if one["check"] == "domain-type"
    ]
    assert found["status"] == "pass"
    assert "KVM is not usable" in found["note"]


@pytest.mark.parametrize("exists", [True, False], ids=["the domain exists", "the domain is missing"])
@pytest.mark.parametrize("step", [INSTALL_STEP, XML_STEP])
def test_a_stopped_daemon_blocks_and_its_fix_and_the_rest_mend(
    installed: Bench, started: Bench, step: str, *, exists: bool
) -> None:
    bench = installed if step == INSTALL_STEP else started
    bench.reset()
    if not exists:
        bench.off()
        bench.virsh("undefine", bench.name)
    bench.root(STOP_DAEMON)
    judged = judge(bench.machine, step)
    blocked = [one for one in judged.step["checks"] if one["status"] == "blocked"]
    assert {one["blocked_by"] for one in blocked} == {"install/libvirt/daemon"}
    assert {one["check"] for one in blocked} == {
        one["check"] for one in judged.step["checks"] if one["check"] != "quiz"
    }
    assert judged.returncode == 1
    run_fixes(bench.machine, judged)
    assert_green(bench.machine, step)


HOSTILE = [
    "my vm",
    "a'b\"c,d",
    "$(touch x)`touch y`;touch z",
    "<b>&amp;%s\\{domain}",
    "\u202emoc.elpmaxe",
    "~",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_judged_printed_and_mended_and_nothing_else_happens(
    installed: Bench, name: str
) -> None:
    machine = installed.machine
    var = f"--var install_vm={quote(name)}"
    before = machine.run("ls -A ~ /tmp").stdout
    printed = machine.run(f"tutor check {INSTALL_STEP} --lang en {var}").stdout
    assert all(character.isprintable() for line in printed.splitlines() for character in line)
    assert_mended(machine, INSTALL_STEP, {"domain": "missing"}, var)
    assert machine.run("ls -A ~ /tmp").stdout == before
    machine.run(f"{VIRSH} undefine {quote(name)}", check=True)


@pytest.mark.parametrize("name", ["\x1b[31m", "a/b", "-x", "", "a\nb"])
def test_a_name_that_no_domain_can_have_is_refused(installed: Bench, name: str) -> None:
    done = installed.machine.run(f"tutor check {INSTALL_STEP} --var install_vm={quote(name)}")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("name", ["..", "\U0001f600" * 64])
def test_a_name_that_libvirt_cannot_keep_is_told(installed: Bench, name: str) -> None:
    judged = judge(installed.machine, INSTALL_STEP, f"--var install_vm={quote(name)}")
    assert judged.codes["domain"] == "impossible-name"
    assert judged.fixes == []


def test_a_name_that_is_another_domains_number_does_not_touch_that_one(
    installed: Bench, started: Bench
) -> None:
    started.reset()
    number = started.virsh("domid", started.name).strip()
    before = started.definition()
    assert_mended(installed.machine, INSTALL_STEP, {"domain": "missing"}, f"--var install_vm={number}")
    assert started.definition() == before
    assert_green(started.machine, XML_STEP)


def test_beginning_again_as_the_lesson_says(installed: Bench) -> None:
    installed.reset()
    installed.virsh("pool-refresh", "images")
    installed.on()
    installed.virsh("destroy", "test-vm")
    installed.virsh("undefine", "test-vm", "--storage", "vda")
    assert installed.root(f"ls {IMAGES}/test-vm*", check=False) == ""
    replay(installed.machine, INSTALL_STEP)
    assert_green(installed.machine, INSTALL_STEP)
