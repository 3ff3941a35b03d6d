"""The machines that students have: releases, firewall backends, daemons, shells."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.sandbox.images import NEXT_SUITE

if TYPE_CHECKING:
    from tutor.sandbox.machines import Machine

#: libvirt since 10.4 reads this file. The networks get their rules while the daemon starts: wait for them.
_CONFIGURE = """
sed -i '/^firewall_backend/d' /etc/libvirt/network.conf
echo 'firewall_backend = "{backend}"' >> /etc/libvirt/network.conf
systemctl restart libvirtd
virsh -c qemu:///system net-list > /dev/null
"""
#: The same where libvirt is yet to come: its package keeps the file, and needs the program when it starts.
_FOREHANDED = """
mkdir -p /etc/libvirt
echo 'firewall_backend = "{backend}"' > /etc/libvirt/network.conf
command -v nft > /dev/null || apt-get install -y -qq nftables
"""
#: Kernels of test machines may lack the action that libvirt's nftables backend gives tc(8): a checksum put
#: right for very old DHCP clients. It is the one program that is stood in for.
_TC = """
printf '#!/bin/sh\\n' > /usr/local/sbin/tc
chmod 755 /usr/local/sbin/tc
for tc in /usr/sbin/tc /sbin/tc /usr/bin/tc /bin/tc; do
    [ ! -e $tc ] || ln -sf /usr/local/sbin/tc "$(readlink -f $tc)"
done
"""


@dataclass(frozen=True)
class Variant:
    """A kind of machine.

    :ivar image: bare, or ready: then what is long to install is there.
    :ivar backend: the firewall that libvirt is set to.
    :ivar login: the student's shell.
    :ivar firmware: that of the guests which need not boot.
    """

    suite: str
    backend: str = "iptables"
    login: Literal["bash", "zsh", "fish"] = "bash"
    firmware: Literal["bios", "uefi"] = "bios"
    image: Literal["bare", "ready"] = "bare"

    def typed(self, block: str) -> str:
        """What a student of this kind does in place of a lesson's block of commands, or of XML."""
        if self.firmware == "uefi":
            # The medium that vm-nat boots from knows BIOS alone; it is the one with a boot order of its own.
            with_uefi = block if "--boot" in block else block.replace("--osinfo", "--boot uefi --osinfo")
            block = with_uefi.replace("<os>", "<os firmware='efi'>")
        if self.login == "fish" and not block.startswith(("<", "#!")):  # a file's content is no command
            # fish(1) reads no bash: the lesson says to type bash first.
            return f"echo {b64encode(block.encode()).decode()} | base64 -d > /tmp/block; bash /tmp/block"
        return block


VARIANTS = {
    "debian-12": Variant("bookworm"),
    "debian-13-iptables": Variant(NEXT_SUITE),
    "debian-13-nftables": Variant(NEXT_SUITE, "nftables"),
    "debian-12-uefi-fish": Variant("bookworm", login="fish", firmware="uefi", image="ready"),
    "debian-13-uefi-zsh": Variant(NEXT_SUITE, "nftables", login="zsh", firmware="uefi", image="ready"),
}


def furnish(machine: Machine, variant: Variant) -> None:
    """Make a machine that was just booted one of this kind; libvirt may be there already or yet to come.

    :raises CommandError: it cannot be made so.
    """
    if variant.login != "bash":
        there = f"apt-get install -y -qq {variant.login}"
        machine.run(f"{there} && usermod -s /usr/bin/{variant.login} student", user="root", check=True)
    if variant.firmware == "uefi":
        machine.run("apt-get install -y -qq ovmf", user="root", check=True)
    if variant.suite != "bookworm":
        use_backend(machine, variant.backend)


def use_backend(machine: Machine, backend: str) -> None:
    """Set libvirt's firewall backend, before or after libvirt is installed.

    Debian 13 takes iptables unless told otherwise, and its packages always bring that.

    :raises CommandError: libvirt does not come back.
    """
    if backend == "nftables":
        machine.run(_TC, user="root", check=True)
    there = machine.run("command -v libvirtd", user="root").returncode == 0
    machine.run((_CONFIGURE if there else _FOREHANDED).format(backend=backend), user="root", check=True)
