"""The practice guest: boots in seconds under pure emulation, takes a lease, answers on port 22."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.sandbox.process import MachineError

if TYPE_CHECKING:
    from tutor.sandbox.machines import Machine

KERNEL = "/var/lib/libvirt/boot/vmlinuz"
INITRD = "/var/lib/libvirt/boot/initrd"
INSTALLER = "/srv/lab/installer.iso"
GREETING = "SSH-2.0-practice"
URI = "qemu:///system"
LEASE_SECONDS = 60.0
#: The guest's own card, where a test says nothing else.
MAC = "52:54:00:aa:bb:cc"
_DOMAIN = """\
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>192</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64'>hvm</type>
    <kernel>{kernel}</kernel>
    <initrd>{initrd}</initrd>
    <cmdline>console=ttyS0 quiet no_timer_check</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <interface type='network'>
      <mac address='{mac}'/>
      <source network='{network}'/>
      <model type='virtio'/>
    </interface>
    <console type='pty'/>
  </devices>
</domain>
"""


@dataclass(frozen=True)
class Guest:
    """A domain of a machine's system libvirt."""

    machine: Machine
    name: str
    mac: str

    def start(self) -> None:
        """Start the domain.

        :raises CommandError: libvirt refuses.
        """
        self.machine.run(f"virsh -c {URI} start {self.name}", check=True)

    def wait_for_lease(self, network: str = "default", timeout: float = LEASE_SECONDS) -> str:
        """Return the address that the network's DHCP server gave the guest.

        :param timeout: seconds.
        :raises MachineError: it has none by then.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            leases = self.machine.run(
                f"virsh -c {URI} net-dhcp-leases {network} {self.mac}", check=True
            ).stdout
            if found := re.search(r"ipv4\s+([\d.]+)/", leases):
                return found.group(1)
            time.sleep(0.2)
        raise MachineError(f"The guest {self.name} took no lease of {network} in {timeout} s.")

    def wait_for_greeting(self, address: str, port: int = 22, timeout: float = LEASE_SECONDS) -> str:
        """Return the first line the guest says to the machine on ``port``.

        :param timeout: seconds.
        :raises MachineError: it says nothing by then.
        """
        deadline = time.monotonic() + timeout
        connect = f"exec 3<>/dev/tcp/{address}/{port} && head -n 1 <&3"
        while time.monotonic() < deadline:
            answer = self.machine.run(f"timeout 2 bash -c '{connect}'").stdout.strip()
            if answer:
                return answer
            time.sleep(0.2)
        raise MachineError(f"The guest {self.name} said nothing on {address}:{port} in {timeout} s.")


def define_guest(machine: Machine, name: str = "vm-nat", mac: str = MAC, network: str = "default") -> Guest:
    """Define, and do not start, a practice guest with one NIC on ``network``.

    :raises CommandError: libvirt refuses.
    """
    xml = _DOMAIN.format(name=name, mac=mac, network=network, kernel=KERNEL, initrd=INITRD)
    path = f"/tmp/{name}.xml"
    machine.write(path, xml, owner="student")
    machine.run(f"virsh -c {URI} define --validate {path} && rm {path}", check=True)
    return Guest(machine, name, mac)


def start_default_network(machine: Machine) -> None:
    """Start the network ``default``, as the course does after the installation.

    :raises CommandError: libvirt refuses.
    """
    machine.run(f"virsh -c {URI} net-start default", check=True)
