"""Debian 13, whose libvirt has the nftables backend here: what differs there, with a real client.

A sample; `make breadth` runs what is marked as long too, and walks the whole course on every kind of machine
(docs/breadth.md).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.machine.breadth import backend, told_backend
from tests.machine.checkout import PROJECT
from tests.machine.guest import GREETING, define_guest, start_default_network
from tests.machine.lesson import assert_green, assert_mended, judge, replay, run_fixes
from tests.machine.variants import use_backend
from tests.machine.waiting import becomes
from tests.machine.walker import Walker
from tutor.sandbox.client import Client
from tutor.sandbox.images import NEXT_SUITE
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

FORWARD, ISOLATED = "networks/port-forward", "networks/isolated"
VIRSH = "virsh -c qemu:///system"
GUEST = "192.168.122.50"
#: The lesson's domain without snapshots, and a tool that has seen none.
LESSON_ANEW = f"""
set -e
{VIRSH} destroy ubuntu-vm || true
{VIRSH} undefine ubuntu-vm --snapshots-metadata --nvram
sudo sh -c 'rm -f /var/lib/libvirt/images/ubuntu-vm*'
rm -rf ~/.local/state/libvirt-tutor
sudo qemu-img create -q -f qcow2 /var/lib/libvirt/images/ubuntu-vm.qcow2 1G
{VIRSH} define ubuntu-vm.xml"""
#: t takes an external snapshot, r returns to one.
EXTERNAL = f"""{LESSON_ANEW}
t() {{ {VIRSH} snapshot-create-as ubuntu-vm "$1" x --disk-only; }}
r() {{ {VIRSH} snapshot-revert ubuntu-vm "$1"; }}
:"""
_OVMF, _NVRAM = "/usr/share/OVMF/OVMF", "/var/lib/libvirt/qemu/nvram/uefi-vm.qcow2"
_LOADER = f"<loader readonly='yes' type='pflash' format='raw'>{_OVMF}_CODE_4M.fd</loader>"
QCOW2_NVRAM = f"""
sudo qemu-img convert -O qcow2 {_OVMF}_VARS_4M.fd {_NVRAM}
{VIRSH} dumpxml --inactive ubuntu-vm > uefi.xml
sed -i "s|<os>|<os>{_LOADER}<nvram format='qcow2'>{_NVRAM}</nvram>|" uefi.xml
{VIRSH} define --validate uefi.xml"""
PASSWORD = "correct-horse"  # noqa: S105 - of a throwaway machine
_ENTRY = f"<host mac='52:54:00:aa:bb:cc' name='vm-nat' ip='{GUEST}'/>"
_DNAT = (
    "nft add table ip labb; nft add chain ip labb pre '{ type nat hook prerouting priority dstnat; }';"
    f" nft add rule ip labb pre tcp dport 2222 dnat to {GUEST}:22"
)
#: Rule by rule: rules that are loaded anew have other numbers, by which libvirt would not find its own.
_CLEAN = """
nft delete table ip labb
iptables -D FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT
for chain in forward guest_input guest_output; do
    for handle in $(nft -a list chain ip libvirt_network $chain | sed -n '/status dnat/s/.*handle //p'); do
        nft delete rule ip libvirt_network $chain handle $handle
    done
done
"""

#: What leaves the port closed with this backend, and how it is told.
WRONG = {
    "translated only": (_DNAT, "forward-refused"),
    "accepted by iptables": (
        f"{_DNAT}; iptables -I FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT",
        "forward-refused",
    ),
    "accepted on the way out only": (
        f"{_DNAT}; nft insert rule ip libvirt_network guest_output ct status dnat accept",
        "forward-refused",
    ),
}


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine with the network default, and a guest on its address that answers."""
    try:
        with boot("ready", suite=NEXT_SUITE, project=PROJECT) as booted:
            use_backend(booted, "nftables")
            booted.run("echo 'export LIBVIRT_DEFAULT_URI=qemu:///system' >> ~/.bashrc", check=True)
            # Before it starts: libvirt 11.3 forgets its nftables rules when an active network is updated, and
            # leaves them there when its firewall changes.
            booted.run(f'{VIRSH} net-update default add ip-dhcp-host "{_ENTRY}" --config', check=True)
            start_default_network(booted)
            guest = define_guest(booted)
            guest.start()
            assert guest.wait_for_lease() == GUEST
            yield booted
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="module")
def client(machine: Machine) -> Iterator[Client]:
    """A computer outside."""
    with machine.client() as outside:
        yield outside


def root(machine: Machine, command: str) -> str:
    return machine.run(command, user="root", check=True).stdout


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if "way out" in name else []) for name in WRONG]
)
def test_what_leaves_the_port_closed(machine: Machine, client: Client, name: str) -> None:
    make, code = WRONG[name]
    root(machine, make)
    assert client.banner(2222, timeout=1.5) is None
    assert_mended(machine, FORWARD, {"forward": code})
    assert client.banner(2222) == GREETING
    machine.run(_CLEAN, user="root")


def test_the_lessons_commands(machine: Machine, client: Client) -> None:
    assert client.banner(2222, timeout=1.5) is None
    replay(machine, FORWARD)
    assert_green(machine, FORWARD)
    assert client.banner(2222) == GREETING
    assert backend(machine) == told_backend(machine) == "nftables"


@pytest.mark.long
def test_the_hook_puts_it_back_when_the_network_starts(machine: Machine, client: Client) -> None:
    """What was put into libvirt's own base chain outlives the network; the hook does not add to it."""
    root(machine, f"{VIRSH} net-destroy default; {VIRSH} net-start default")
    # Not the whole ruleset: while libvirtd restarts, its rules are gone for some 50 ms. Where the lesson runs
    # the hook just then, it takes the firewall for iptables, and adds its accept there: that opens nothing.
    assert root(machine, "nft list table ip libvirt_network").count("ct status dnat") == 1
    # The guest's cable hangs since then; a port of a bridge with STP listens for a while before it forwards.
    root(machine, "ip link set vnet0 master virbr0")
    assert becomes(lambda: client.banner(2222) == GREETING)


def test_sudo_with_a_password(machine: Machine) -> None:
    """Not given, the firewall is unknown, and that is said; remembered by sudo, it is read."""
    grade = f"tutor check {FORWARD} --format json --lang en"
    root(machine, f"echo student:{PASSWORD} | chpasswd; mv /etc/sudoers.d /etc/sudoers.d-")
    try:
        judged = judge(machine, FORWARD)
        assert (judged.status, judged.codes) == ("unknown", {"forward": "not-permitted"})
        assert "run sudo -v first" in judged.explain()
        remembered = machine.run(f"echo {PASSWORD} | sudo -S -v && {grade}", tty=True)
    finally:
        root(machine, "mv /etc/sudoers.d- /etc/sudoers.d")
    assert '"status": "pass"' in remembered.stdout
    assert remembered.returncode == 0


def test_the_isolated_network(machine: Machine) -> None:
    # Its guest is not needed.
    replay(machine, ISOLATED, lambda block: "true" if "vm-isolated" in block else block)
    assert "sealed" not in judge(machine, ISOLATED).codes
    root(machine, "iptables -I FORWARD -i virbr1 -j ACCEPT")  # another base chain: it opens nothing
    assert "sealed" not in judge(machine, ISOLATED).codes
    root(machine, "nft insert rule ip libvirt_network forward iifname virbr1 accept")
    judged = judge(machine, ISOLATED)
    assert judged.codes["sealed"] == "leaves"
    run_fixes(machine, judged)
    assert "sealed" not in judge(machine, ISOLATED).codes


def test_libvirt_changes_its_firewall(machine: Machine, client: Client) -> None:
    """The old table is left, with the accept in it; the reject is the other's now."""
    use_backend(machine, "iptables")
    root(machine, "nft list table ip libvirt_network")
    assert backend(machine) == told_backend(machine) == "iptables"
    assert client.banner(2222, timeout=1.5) is None
    assert_mended(machine, FORWARD, {"forward": "forward-refused"})
    assert client.banner(2222) == GREETING
    root(machine, "iptables -D FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT")
    root(machine, "/etc/libvirt/hooks/network.d/portforward default started begin -")
    assert client.banner(2222) == GREETING


def test_snapshots_of_a_uefi_guest(machine: Machine) -> None:
    """Off, all goes as with BIOS; on, libvirt refuses, and that is said instead of a command."""
    replay(machine, "snapshots/create")
    machine.run(
        f"{VIRSH} snapshot-delete ubuntu-vm snap1 && virt-xml -c qemu:///system ubuntu-vm --edit --boot uefi"
        f" && {VIRSH} start ubuntu-vm",
        check=True,
    )
    judged = judge(machine, "snapshots/create")
    assert (judged.codes, judged.fixes) == ({"snapshot": "missing"}, [])
    refused = machine.run(f"{VIRSH} snapshot-create-as ubuntu-vm snap1 x")
    assert "require QCOW2 nvram format" in refused.stderr
    machine.run(f"{VIRSH} destroy ubuntu-vm", check=True)
    assert_mended(machine, "snapshots/create", {"snapshot": "missing"})
    assert_mended(machine, "snapshots/tree", {"tree": "missing-snapshots"})
    assert_green(machine, "snapshots/revert")


@pytest.mark.long
def test_snapshots_of_a_uefi_guest_that_is_on(machine: Machine) -> None:
    """With NVRAM in qcow2, made as the lesson says, libvirt takes them from 10.10 on."""
    machine.run(f"{LESSON_ANEW}; {QCOW2_NVRAM}; {VIRSH} start ubuntu-vm", check=True)
    assert_mended(machine, "snapshots/create", {"snapshot": "missing"})
    assert_mended(machine, "snapshots/revert", {"reverted": "not-reverted"})
    assert_mended(machine, "snapshots/tree", {"tree": "missing-snapshots"})
    assert_mended(machine, "snapshots/delete", {"deleted": "nothing-deleted"})


@pytest.mark.long
def test_external_snapshots(machine: Machine) -> None:
    """What virt-manager takes from version 5 on: libvirt returns to them here, and deletes them."""
    machine.run(f"{EXTERNAL}; t snap1; t snap2; r snap1; t snap-tmp", check=True)
    assert_green(machine, "snapshots/create")
    assert_green(machine, "snapshots/revert")
    assert judge(machine, "snapshots/delete").codes == {"deleted": "nothing-deleted"}
    machine.run(f"{VIRSH} snapshot-delete ubuntu-vm snap-tmp", check=True)
    assert_green(machine, "snapshots/delete")
    assert_mended(machine, "snapshots/tree", {"tree": "missing-snapshots"})
    machine.run(f"{EXTERNAL}; t snap1; t snap2; t snap4; t snap3", check=True)
    assert_mended(machine, "snapshots/tree", {"tree": "wrong-parent"})


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_another_shell(machine: Machine, shell: str) -> None:
    """The lesson's line goes where this shell reads it, and a new terminal has it."""
    root(machine, f"usermod --shell /usr/bin/{shell} student; rm -f /home/student/.bashrc")
    with Walker(machine, "en", "install/libvirt", patience=60) as walker:
        walker.run()
        walker.is_done("install/libvirt")
    assert_green(machine, "install/libvirt")
