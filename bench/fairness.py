"""All answer the same: check by check where all is done, and where one thing is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.peers import PEERS, UnfairError, document
from bench.statistics import Samples
from tutor.sandbox.machines import Machine

#: What only hardware decides; a machine without virtualization is done all the same.
HARDWARE = "install/cpu/"
QUIZ = "/quiz"


_RED = ("fail", "blocked", "unknown")


@dataclass(frozen=True)
class Broken:
    """One thing put wrong on a done machine, and right again. ``check`` is the one that must say so."""

    check: str
    break_it: str
    mend_it: str


_URI = "qemu:///system"
#: Where tutor follows the packet, and sees what no look at single rules can: it may refuse alone.
PACKET_CHECKS = {"networks/port-forward/forward", "networks/isolated/sealed"}

_BRIDGE = "ip address {verb} 192.168.122.1/24 brd 192.168.122.255 dev virbr0"
_MEMORY = f"virt-xml -c {_URI} {{name}} --edit --memory memory={{size}},currentMemory={{size}}"
_IMAGE = "qemu-img create -q -f {format} /var/lib/libvirt/images/min-disk.qcow2 {size}"
_HOST = "<host mac='52:54:00:aa:bb:cc' name='vm-nat' ip='{address}'/>"
_ENTRY = f'virsh -c {_URI} net-update default {{verb}} ip-dhcp-host "{_HOST}" {{where}}'
_RANGE = (
    f"virsh -c {_URI} net-update isolerat-natverk {{verb}} ip-dhcp-range "
    "\"<range start='192.168.50.{start}' end='192.168.50.254'/>\" --config"
)
_ISOLATED = f"virsh -c {_URI} net-dumpxml --inactive isolerat-natverk"
_DEFINE = f"virsh -c {_URI} net-define"
_TAP = f"$(virsh -c {_URI} domiflist vm-nat | awk '/default/ {{{{ print $1 }}}}')"
_CABLE = f"sudo ip link set {_TAP} {{where}}"
_ACCEPT = "sudo iptables {verb} FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT"
_OPENED = "sudo iptables {verb} FORWARD -i virbr1 -j ACCEPT"
_DNAT = (
    "sudo nft flush chain ip labb pre && "
    "sudo nft 'add rule ip labb pre iifname != \"virbr*\" tcp dport {port} dnat to {to}'"
)
_TAKE = f"virsh -c {_URI} snapshot-create-as ubuntu-vm {{name}} again"
_REVERT = f"virsh -c {_URI} snapshot-revert ubuntu-vm {{name}}"
_DROP = f"virsh -c {_URI} snapshot-delete ubuntu-vm {{name}}"
_SHOW = f"virsh -c {_URI} snapshot-dumpxml --security-info ubuntu-vm snap1"
_REDEFINE = f"virsh -c {_URI} snapshot-create ubuntu-vm --redefine"
STATES = (
    Broken("install/qemu-kvm/group", "sudo gpasswd -d student kvm", "sudo gpasswd -a student kvm"),
    Broken(
        "install/libvirt/programs", "sudo mv /usr/bin/virt-viewer /root", "sudo mv /root/virt-viewer /usr/bin"
    ),
    Broken(
        "install/libvirt/enabled", "sudo systemctl disable -q libvirtd", "sudo systemctl enable -q libvirtd"
    ),
    Broken("install/libvirt/uri", "mv ~/.bashrc ~/aside", "mv ~/aside ~/.bashrc"),
    Broken(
        "install/default-network/autostart",
        "virsh -c qemu:///system net-autostart default --disable",
        "virsh -c qemu:///system net-autostart default",
    ),
    Broken(
        "install/default-network/bridge",
        f"sudo {_BRIDGE.format(verb='del')}",
        f"sudo {_BRIDGE.format(verb='add')}",
    ),
    Broken(
        "disks/create-qcow2/image",
        f"sudo {_IMAGE.format(format='raw', size='30G')}",
        f"sudo {_IMAGE.format(format='qcow2', size='30G')}",
    ),
    Broken(
        "disks/create-qcow2/image",
        f"sudo {_IMAGE.format(format='qcow2', size='3G')}",
        f"sudo {_IMAGE.format(format='qcow2', size='30G')}",
    ),
    Broken(
        "domains/xml/memory",
        _MEMORY.format(name="minimal-vm", size=512),
        _MEMORY.format(name="minimal-vm", size=1024),
    ),
    Broken(
        "domains/xml/running",
        "virsh -c qemu:///system suspend minimal-vm",
        "virsh -c qemu:///system resume minimal-vm",
    ),
    Broken(
        "domains/virt-install/nic",
        "virt-xml -c qemu:///system test-vm --add-device --network network=default,mac=52:54:00:00:be:ef",
        "virt-xml -c qemu:///system test-vm --remove-device --network mac=52:54:00:00:be:ef",
    ),
    Broken("domains/validate/valid", "cp vm.xml aside; sed -i s/vcpu/vpcu/g vm.xml", "mv aside vm.xml"),
    Broken("domains/validate/schema", "cp vm.xml aside; sed -i /xml-model/d vm.xml", "mv aside vm.xml"),
    Broken(
        "networks/nat/memory",
        _MEMORY.format(name="vm-nat", size=1024),
        _MEMORY.format(name="vm-nat", size=2048),
    ),
    Broken("networks/nat/lease", _CABLE.format(where="nomaster"), _CABLE.format(where="master virbr0")),
    Broken(
        "networks/isolated/autostart",
        f"virsh -c {_URI} net-autostart isolerat-natverk --disable",
        f"virsh -c {_URI} net-autostart isolerat-natverk",
    ),
    Broken(
        "networks/isolated/settings",
        f"{_RANGE.format(verb='delete', start=100)} && {_RANGE.format(verb='add-last', start=10)}",
        f"{_RANGE.format(verb='delete', start=10)} && {_RANGE.format(verb='add-last', start=100)}",
    ),
    Broken(
        "networks/isolated/settings",
        f"{_ISOLATED} > aside && sed 's|<bridge|<forward mode=\"nat\"/>&|' aside | {_DEFINE} /dev/stdin",
        f"{_DEFINE} aside && rm aside",
    ),
    Broken("networks/isolated/sealed", _OPENED.format(verb="-I"), _OPENED.format(verb="-D")),
    Broken(
        "networks/static-lease/entry",
        _ENTRY.format(verb="delete", address="192.168.122.50", where="--config"),
        _ENTRY.format(verb="add", address="192.168.122.50", where="--config"),
    ),
    Broken(
        "networks/static-lease/entry",
        _ENTRY.format(verb="delete", address="192.168.122.50", where="--live"),
        _ENTRY.format(verb="add", address="192.168.122.50", where="--live"),
    ),
    Broken(
        "networks/static-lease/entry",
        _ENTRY.format(verb="modify", address="192.168.122.51", where="--live --config"),
        _ENTRY.format(verb="modify", address="192.168.122.50", where="--live --config"),
    ),
    Broken("networks/port-forward/forward", _ACCEPT.format(verb="-D"), _ACCEPT.format(verb="-I")),
    Broken(
        "networks/port-forward/forward",
        f"{_ACCEPT.format(verb='-D')} && {_ACCEPT.format(verb='-A')}",
        f"{_ACCEPT.format(verb='-D')} && {_ACCEPT.format(verb='-I')}",
    ),
    Broken(
        "networks/port-forward/forward",
        _DNAT.format(port=2222, to="192.168.122.51:22"),
        _DNAT.format(port=2222, to="192.168.122.50:22"),
    ),
    Broken(
        "networks/port-forward/forward",
        _DNAT.format(port=2223, to="192.168.122.50:22"),
        _DNAT.format(port=2222, to="192.168.122.50:22"),
    ),
    Broken(
        "networks/port-forward/forward",
        "sudo sysctl -qw net.ipv4.ip_forward=0",
        "sudo sysctl -qw net.ipv4.ip_forward=1",
    ),
    # The description is the snapshot's own: the domain's, of that time, is kept further down.
    Broken(
        "snapshots/create/snapshot",
        f"{_SHOW} > aside && sed '0,/<description>/{{/<description>/d}}' aside | {_REDEFINE} /dev/stdin",
        f"{_REDEFINE} aside && rm aside",
    ),
    Broken(
        "snapshots/tree/tree",
        _DROP.format(name="snap4"),
        f"{_REVERT.format(name='snap1')} && {_TAKE.format(name='snap4')}",
    ),
    # A chain: nobody returned to the first before the last was taken.
    Broken(
        "snapshots/revert/reverted",
        f"{_DROP.format(name='snap4')} && {_REVERT.format(name='snap3')} && {_TAKE.format(name='snap4')}",
        f"{_DROP.format(name='snap4')} && {_REVERT.format(name='snap1')} && {_TAKE.format(name='snap4')}",
    ),
)


def compare(machine: Machine) -> dict[str, str]:
    """Raise unless all agree, on the done machine and on each broken one.

    :returns: the status of each check on the done machine, as tutor says it.
    :raises UnfairError: they do not, or a peer asserts nothing for a check of the course.
    """
    done = _agree(machine, "where all is done")
    wrong = [check for check, status in done.items() if status in _RED and not check.startswith(HARDWARE)]
    if wrong:
        raise UnfairError(f"The course is done, but {wrong[0]} is not met.")
    for state in STATES:
        machine.run(state.break_it, check=True)
        found = _agree(machine, f"after {state.break_it}")
        if found[state.check] != "fail":
            raise UnfairError(f"Nobody minds {state.break_it}: {state.check} is {found[state.check]}.")
        machine.run(state.mend_it, check=True)
    if _agree(machine, "where all is mended") != done:
        raise UnfairError("A broken state was not mended.")
    return done


def must_have_ended_well(samples: Mapping[str, Samples]) -> None:
    """Raise where a command that was measured did not do its work.

    Those that grade end with 1 where the hardware's checks are not met; the others never do.

    :raises UnfairError: one ended otherwise.
    """
    for name, taken in samples.items():
        allowed = (0, 1) if name not in ("floor", "bare Python") else (0,)
        if wrong := [code for _, _, code in taken if code not in allowed]:
            raise UnfairError(f"{name} ended with {wrong[0]}.")


def _agree(machine: Machine, where: str) -> dict[str, str]:
    try:
        return _compared(machine, where)
    except UnfairError:
        # goss gives a command up after ten seconds, which a busy machine may take: the second answer counts.
        return _compared(machine, where)


def _compared(machine: Machine, where: str) -> dict[str, str]:
    """The statuses of the checks, all peers agreeing on which are red.

    A blocked check makes no claim of its own: the others, which have no needs, may say either.
    """
    statuses = _tutor(machine)
    failed_here = {check for check, status in statuses.items() if status in ("fail", "unknown")}
    red = {check for check, status in statuses.items() if status in _RED}
    for name, ask in PEERS.items():
        assertions = ask(machine)
        named = set().union(*(checks for checks, _ in assertions))
        if missing := {check for check in statuses if not check.endswith(QUIZ)} - named:
            raise UnfairError(f"{name} asserts nothing for {', '.join(sorted(missing))}.")
        for checks, failed in assertions:
            if failed and not checks & red:
                raise UnfairError(f"{where}, {name} refuses and tutor accepts {', '.join(sorted(checks))}.")
        refused = set().union(*(checks for checks, failed in assertions if failed), ())
        unseen = {check for check in failed_here if not check.endswith(QUIZ)} - refused - PACKET_CHECKS
        if unseen:
            raise UnfairError(f"{where}, tutor refuses and {name} accepts {', '.join(sorted(unseen))}.")
    return statuses


def _tutor(machine: Machine) -> dict[str, str]:
    done = machine.run("tutor check --format json")
    statuses = {check["id"]: check["status"] for step in document(done)["steps"] for check in step["checks"]}
    optional = {step["id"] for step in document(done)["steps"] if step["optional"]}
    red = {status for check, status in statuses.items() if check.rpartition("/")[0] not in optional}
    expected = 1 if red & {"fail", "blocked"} else 3 if "unknown" in red else 0
    if done.returncode != expected:
        raise UnfairError(f"tutor check ended with {done.returncode}, and its document says {expected}.")
    return statuses
