"""The lesson on domains: its own commands, every wrong state with the right code, and the printed fixes."""

from __future__ import annotations

from shlex import quote

import pytest

from tests.machine.domain_states import GUI, IMAGES, INSTALL, VIRSH, VIRT_XML, XML, Bench, Deed
from tests.machine.lesson import (
    answer_quiz,
    assert_green,
    assert_mended,
    judge,
    replay,
    run_fixes,
)
from tutor.sandbox.machines import Machine

INSTALL_STEP, XML_STEP, GUI_STEP = "domains/virt-install", "domains/xml", "domains/virt-manager"
STOP_DAEMON = "systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service"

# As virt-manager's assistant writes it; virsh cannot click.
AS_BY_VIRT_MANAGER = (
    "virt-install --connect qemu:///system --name gui-vm --memory 2048 --vcpus 2 --disk size=20"
    f" --cdrom {IMAGES}/installer.iso --network network=default --osinfo linux2022"
    " --check disk_size=off --print-xml 1 > gui.xml"
    f" && sudo qemu-img create -q -f qcow2 {IMAGES}/gui-vm.qcow2 20G && {VIRSH} define gui.xml"
)


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Bench:
    """test-vm by the lesson's own commands, which are shown to lead from red to green."""
    fresh = judge(machine, INSTALL_STEP)
    assert (fresh.status, fresh.codes["domain"]) == ("fail", "missing")
    answer_quiz(machine, INSTALL_STEP)
    replay(machine, INSTALL_STEP)
    assert_green(machine, INSTALL_STEP)
    machine.run(f"{VIRSH} destroy test-vm", check=True)
    return Bench(machine, "test-vm", runs=False)


@pytest.fixture(scope="module")
def started(machine: Machine) -> Bench:
    """minimal-vm by the lesson's own commands."""
    fresh = judge(machine, XML_STEP)
    assert (fresh.status, fresh.codes["domain"]) == ("fail", "missing")
    replay(machine, XML_STEP)
    assert_green(machine, XML_STEP)
    return Bench(machine, "minimal-vm", runs=True)


@pytest.fixture(scope="module")
def clicked(machine: Machine) -> Bench:
    """gui-vm, defined by virsh as virt-manager defines it."""
    assert judge(machine, GUI_STEP).codes["domain"] == "missing"
    machine.run(AS_BY_VIRT_MANAGER, check=True)
    assert_green(machine, GUI_STEP)
    return Bench(machine, "gui-vm", runs=False)


@pytest.mark.parametrize(("deed", "codes"), INSTALL.values(), ids=INSTALL)
def test_each_wrong_state_of_virt_install_is_told_and_mended(
    installed: Bench, deed: Deed, codes: dict[str, str]
) -> None:
    installed.reset()
    deed(installed)
    assert_told(installed, INSTALL_STEP, codes)
    assert_mended(installed.machine, INSTALL_STEP, codes)


@pytest.mark.parametrize(("deed", "codes"), XML.values(), ids=XML)
def test_each_wrong_state_of_xml_is_told_and_mended(
    started: Bench, deed: Deed, codes: dict[str, str]
) -> None:
    started.reset()
    deed(started)
    assert_told(started, XML_STEP, codes)
    assert_mended(started.machine, XML_STEP, codes)


@pytest.mark.parametrize(("deed", "codes"), GUI.values(), ids=GUI)
def test_each_wrong_state_of_virt_manager_is_told_mended_and_costs_nothing(
    clicked: Bench, deed: Deed, codes: dict[str, str]
) -> None:
    clicked.reset()
    deed(clicked)
    assert_told(clicked, GUI_STEP, codes)
    judged = judge(clicked.machine, GUI_STEP)
    assert (judged.status, judged.returncode) == ("fail", 0)
    run_fixes(clicked.machine, judged)
    assert_green(clicked.machine, GUI_STEP)


def assert_told(bench: Bench, step: str, codes: dict[str, str]) -> None:
    """These codes and no other, but for what is blocked behind a missing domain."""
    found = judge(bench.machine, step).codes
    assert {name: code for name, code in found.items() if code != "need-failed"} == codes


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


ROUTES = {
    "defined from an equal file": "true",
    "an image made before": (
        f"{VIRSH} undefine test-vm; sudo qemu-img create -q -f qcow2 {IMAGES}/other.img 30G;"
        " virt-install --connect qemu:///system --name test-vm --memory 2048 --vcpus 2 --import"
        f" --disk path={IMAGES}/other.img,format=qcow2 --network network=default,model=virtio"
        " --graphics spice --osinfo linux2022 --noautoconsole --noreboot"
    ),
    "edited until right": (
        f"{VIRT_XML} test-vm --edit --memory 512;"
        f" {VIRT_XML} test-vm --edit --memory memory=2048,currentMemory=2048;"
        f" {VIRT_XML} test-vm --edit --network model=e1000; {VIRT_XML} test-vm --edit --network model=virtio"
    ),
    "another folder": (
        f"sudo mkdir -p /srv/elsewhere; sudo mv {IMAGES}/test-vm.qcow2 /srv/elsewhere/a,b.img;"
        f" {VIRSH} dumpxml --inactive test-vm | sed 's#{IMAGES}/test-vm.qcow2#/srv/elsewhere/a,b.img#'"
        f" | {VIRSH} define /dev/stdin"
    ),
    "a volume of a pool": (
        f"{VIRSH} pool-refresh images; {VIRSH} dumpxml --inactive test-vm | sed"
        " \"s#<disk type='file' device='disk'>#<disk type='volume' device='disk'>#;"
        f" s#<source file='{IMAGES}/test-vm.qcow2'/>#<source pool='images' volume='test-vm.qcow2'/>#\""
        f" | {VIRSH} define /dev/stdin"
    ),
    "running": f"{VIRSH} start test-vm",
}


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_every_route_to_the_right_domain_is_accepted(installed: Bench, route: str) -> None:
    installed.reset()
    installed.run(route)
    assert_green(installed.machine, INSTALL_STEP)


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
