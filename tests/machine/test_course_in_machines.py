"""What the course needs of a machine: packages without a network, a default network, guests that boot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.machine.guest import GREETING, INSTALLER, define_guest, start_default_network
from tests.machine.waiting import becomes
from tutor.sandbox.machines import boot

if TYPE_CHECKING:
    from collections.abc import Callable

QEMU_LINE = "sudo apt install -y qemu-kvm qemu-utils"
LIBVIRT_LINE = (
    "sudo apt install -y virt-manager virtinst libvirt-daemon-system libvirt-clients bridge-utils virt-viewer"
)


def test_the_course_installs_offline(record_property: Callable[[str, object], None]) -> None:
    with boot("bare") as booted:
        start = time.monotonic()
        booted.run(QEMU_LINE, timeout=300, check=True)
        booted.run(LIBVIRT_LINE, timeout=300, check=True)
        record_property("seconds", time.monotonic() - start)
        booted.run("sudo usermod -aG libvirt student", check=True)
        assert booted.run("systemctl is-active libvirtd").stdout == "active\n"
        assert booted.run("virsh -c qemu:///system list --all").returncode == 0
        start_default_network(booted)


@pytest.mark.parametrize(
    "package", ["qemu-utils", "virtinst", "libvirt-daemon-system", "zsh", "fish", "ovmf"]
)
def test_single_packages_install_offline(package: str) -> None:
    with boot("bare") as booted:
        booted.run(f"sudo apt-get install -y {package}", timeout=300, check=True)


def test_the_default_network_is_as_debian_leaves_it() -> None:
    with boot("ready") as booted:
        listed = booted.run("virsh -c qemu:///system net-list --all").stdout.splitlines()[2:3]
    assert [line.split() for line in listed] == [["default", "inactive", "no", "yes"]]


def test_a_guest_boots_takes_a_lease_and_answers() -> None:
    with boot("ready") as booted:
        start_default_network(booted)
        guest = define_guest(booted)
        guest.start()
        address = guest.wait_for_lease()
        assert address.startswith("192.168.122.")
        assert guest.wait_for_greeting(address) == GREETING
        booted.run(f"virsh -c qemu:///system shutdown {guest.name}", check=True)
        assert becomes(lambda: "shut off" in booted.run("virsh -c qemu:///system list --all").stdout)


def test_the_cd_installs() -> None:
    with boot("ready") as booted:
        start_default_network(booted)
        disk = "size=1,format=qcow2"
        command = (
            "virt-install --connect qemu:///system --name cd --memory 256 --vcpus 1 --virt-type qemu "
            f"--disk {disk} --cdrom {INSTALLER} --network network=default,model=virtio "
            "--osinfo detect=on,name=linux2022 --graphics none --noautoconsole --wait 0"
        )
        booted.run(command, timeout=60, check=True)
        assert becomes(lambda: "ipv4" in booted.run("virsh -c qemu:///system net-dhcp-leases default").stdout)
