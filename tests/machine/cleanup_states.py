# ruff: noqa: E501 - what is typed stays on its line
"""Machines with things under the course's names: the student's own, and the course's, made quickly."""

from __future__ import annotations

VIRSH = "virsh -c qemu:///system"
IMAGES = "/var/lib/libvirt/images"


def _domain(name: str, disk: str, *more: str) -> str:
    source = f"<disk type='file'><driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>"
    devices = f"{source}{''.join(more)}"
    return (
        f"<domain type='qemu'><name>{name}</name><memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )


def _defined(name: str, disk: str, *more: str) -> str:
    return f"cat > /tmp/one.xml <<'END'\n{_domain(name, disk, *more)}\nEND\n{VIRSH} define /tmp/one.xml; rm /tmp/one.xml"


#: One whose firmware keeps its settings in a file, from its first start on.
_WITH_NVRAM = (
    "<domain type='qemu'><name>gui-vm</name><memory unit='MiB'>128</memory>"
    "<os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features></domain>"
)


def _card(network: str) -> str:
    return f"<interface type='network'><source network='{network}'/></interface>"


def _image(name: str, *options: str) -> str:
    return f"sudo qemu-img create -q -f qcow2 {' '.join(options)} {IMAGES}/{name} 64M"


#: A student who knew libvirt before, and calls things as the course does.
FOREIGN = f"""
set -eu
{VIRSH} net-start default
{_image("test-vm.qcow2")}
{_defined("test-vm", f"{IMAGES}/test-vm.qcow2", _card("default"))}
{VIRSH} snapshot-create-as test-vm mine 'My own'
{_image("min-disk.qcow2")}
{_image("on-top.qcow2", "-b", f"{IMAGES}/min-disk.qcow2", "-F", "qcow2")}
{_defined("my-own", f"{IMAGES}/on-top.qcow2", _card("isolerat-natverk"))}
cat > /tmp/net.xml <<'END'
<network><name>isolerat-natverk</name><bridge name='virbr5'/><ip address='192.168.60.1' netmask='255.255.255.0'/></network>
END
{VIRSH} net-define /tmp/net.xml; rm /tmp/net.xml
{VIRSH} net-start isolerat-natverk
{VIRSH} net-update default add ip-dhcp-host "<host mac='52:54:00:01:02:03' name='mine' ip='192.168.122.50'/>" --live --config
sudo nft add table ip labb
sudo nft add chain ip labb own
sudo iptables -I FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT
echo 'export LIBVIRT_DEFAULT_URI="qemu:///system"' >> ~/.bashrc
echo mine > ~/vm.xml
echo mine > ~/portforward
sudo mkdir -p /etc/libvirt/hooks/network.d
echo '#!/bin/sh' | sudo tee /etc/libvirt/hooks/network.d/portforward > /dev/null
sudo mkdir /srv/mine
mkdir -p ~/.config/fish
{VIRSH} pool-define-as default dir --target /srv/mine
"""

#: Each of them as it is named when it is refused.
FOREIGN_NAMES = (
    "domain test-vm",
    "network isolerat-natverk",
    f"file {IMAGES}/min-disk.qcow2",
    "file /home/student/vm.xml",
    "file /home/student/portforward",
    "file /etc/libvirt/hooks/network.d/portforward",
    "folder /etc/libvirt/hooks/network.d",
    "table ip labb of the firewall",
    "rule FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT",
    "address 192.168.122.50 for 52:54:00:01:02:03 in default",
    'line of /home/student/.bashrc: export LIBVIRT_DEFAULT_URI="qemu:///system"',
    "storage pool default",
)

#: What the course adds to that, without its waiting.
COURSE = f"""
set -eu
{_image("minimal.qcow2", "-b", f"{IMAGES}/min-disk.qcow2", "-F", "qcow2")}
{_defined("minimal-vm", f"{IMAGES}/minimal.qcow2", _card("default"))}
{VIRSH} start minimal-vm
{_image("vm-nat.qcow2")}
{_defined("vm-nat", f"{IMAGES}/vm-nat.qcow2", _card("default"))}
{VIRSH} start vm-nat
{VIRSH} autostart vm-nat
{_image("vm-isolated.qcow2")}
{_defined("vm-isolated", f"{IMAGES}/vm-isolated.qcow2", _card("isolerat-natverk"))}
{VIRSH} managedsave vm-nat
{VIRSH} start vm-isolated
{VIRSH} net-update default add ip-dhcp-host "<host mac='52:54:00:0a:0b:0c' name='vm-nat' ip='192.168.122.51'/>" --live --config
{VIRSH} net-autostart default
echo "{_WITH_NVRAM}" > /tmp/one.xml; {VIRSH} define /tmp/one.xml; rm /tmp/one.xml
{VIRSH} start gui-vm
sudo test -e /var/lib/libvirt/qemu/nvram/gui-vm_VARS.fd
{_image("ubuntu-vm.qcow2")}
{_defined("ubuntu-vm", f"{IMAGES}/ubuntu-vm.qcow2")}
{VIRSH} snapshot-create-as ubuntu-vm snap1 One
{VIRSH} snapshot-create-as ubuntu-vm snap2 Two
{VIRSH} pool-define-as images dir --target {IMAGES}
{VIRSH} pool-start images
sudo install -m 644 /dev/null {IMAGES}/installer.iso
sudo iptables -I FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT
echo '<network/>' > ~/isolated-net.xml
echo '<domain/>' > ~/ubuntu-vm.xml
echo 'set -gx LIBVIRT_DEFAULT_URI qemu:///system' > ~/.config/fish/config.fish
"""

#: An image of the student's, made since, that rests on one of the course's.
LOOSE = f"""
set -eu
{_image("vm-nat.qcow2")}
{_image("loose.qcow2", "-b", "vm-nat.qcow2", "-F", "qcow2")}
"""

#: In the place of each program that changes something: it kills whoever had it run, after its effect, or before
#: and goes on alone. Between two operations is after the first of them.
KILLER = """#!/bin/sh
name=$(basename "$0")
real=/usr/bin/$name
tool=$(ps -o ppid= -p $PPID | tr -d ' ')
case "$(tr '\\0' ' ' < /proc/$PPID/cmdline)" in "sh -c "*) ;; *) exec "$real" "$@" ;; esac
[ "$KILLER" = during ] || "$real" "$@"
kill -KILL "$tool"
[ "$KILLER" = after ] || exec "$real" "$@"
"""
