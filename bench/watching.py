"""`tutor watch` on the machine where the course is done: from a change to its tick, and what idling costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.student import PLACE, PYTHON
from tutor.sandbox.machines import Machine
from tutor.sandbox.process import MachineError

DRIVER = Path(__file__).parent / "watch_driver.py"
_VIRSH = "virsh -c qemu:///system"
_ISOLATED, _XML = "isolerat-natverk", "domains/xml/running"
_ACCEPT = "sudo iptables {verb} FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT"
_HOST = "<host mac='52:54:00:aa:bb:cc' name='vm-nat' ip='192.168.122.50'/>"
_ENTRY = f'{_VIRSH} net-update default {{verb}} ip-dhcp-host "{_HOST}" --config'
#: What dnsmasq runs at each change of a lease (dnsmasq(8), --dhcp-script): it writes libvirt's file.
_LEASE = (
    "sudo env DNSMASQ_INTERFACE=virbr0 DNSMASQ_LEASE_EXPIRES=$(($(date +%s) + 3600)) VIR_BRIDGE_NAME=virbr0 "
    "/usr/lib/libvirt/libvirt_leaseshelper {verb} 52:54:00:aa:bb:cc 192.168.122.50 vm-nat"
)


@dataclass(frozen=True)
class Kind:
    """A change that can be made and unmade, each time to be seen at ``check``.

    ``event`` is whether anything tells of it; ``pause`` are seconds of quiet before each change.
    """

    check: str
    there: str
    back: str
    event: bool = True
    pause: float = 0.2


KINDS = {
    "domain stopped, started": Kind(_XML, f"{_VIRSH} destroy minimal-vm", f"{_VIRSH} start minimal-vm"),
    "domain suspended, resumed": Kind(_XML, f"{_VIRSH} suspend minimal-vm", f"{_VIRSH} resume minimal-vm"),
    "domain undefined, defined": Kind(
        "domains/virt-install/persistent",
        f"{_VIRSH} dumpxml --inactive test-vm > /tmp/test-vm.xml && {_VIRSH} undefine test-vm",
        f"{_VIRSH} define /tmp/test-vm.xml",
    ),
    "network stopped, started": Kind(
        "networks/isolated/active", f"{_VIRSH} net-destroy {_ISOLATED}", f"{_VIRSH} net-start {_ISOLATED}"
    ),
    "network's autostart": Kind(
        "networks/isolated/autostart",
        f"{_VIRSH} net-autostart {_ISOLATED} --disable",
        f"{_VIRSH} net-autostart {_ISOLATED}",
    ),
    "host entry deleted, added": Kind(
        "networks/static-lease/entry", _ENTRY.format(verb="delete"), _ENTRY.format(verb="add")
    ),
    "lease gone, given": Kind("networks/nat/lease", _LEASE.format(verb="del"), _LEASE.format(verb="add")),
    "bridge port": Kind(
        "networks/nat/lease",
        f"sudo ip link set $({_VIRSH} domiflist vm-nat | awk '/default/ {{ print $1 }}') nomaster",
        f"sudo ip link set $({_VIRSH} domiflist vm-nat | awk '/default/ {{ print $1 }}') master virbr0",
    ),
    "file written": Kind(
        "domains/validate/valid",
        "cp ~/vm.xml /tmp/vm.xml && sed s/vcpu/vpcu/g /tmp/vm.xml > ~/vm.xml",
        "cat /tmp/vm.xml > ~/vm.xml",
    ),
    "file renamed": Kind("domains/validate/file", "mv ~/vm.xml ~/vm.aside", "mv ~/vm.aside ~/vm.xml"),
    "group": Kind("install/qemu-kvm/group", "sudo gpasswd -d student kvm", "sudo gpasswd -a student kvm"),
    "ruleset": Kind("networks/port-forward/forward", _ACCEPT.format(verb="-D"), _ACCEPT.format(verb="-I")),
    "unit disabled, enabled": Kind(
        "install/libvirt/enabled",
        "sudo systemctl disable -q libvirtd",
        "sudo systemctl enable -q libvirtd",
    ),
    "kernel setting": Kind(
        "networks/port-forward/forward",
        "sudo sysctl -qw net.ipv4.ip_forward=0",
        "sudo sysctl -qw net.ipv4.ip_forward=1",
        event=False,
    ),
    "snapshot taken, deleted": Kind(
        "snapshots/tree/tree",
        f"{_VIRSH} snapshot-create-as ubuntu-vm snap5 again",
        f"{_VIRSH} snapshot-delete ubuntu-vm snap5",
        event=False,
    ),
    "the same, after a quiet time": Kind(
        "snapshots/tree/tree",
        f"{_VIRSH} snapshot-create-as ubuntu-vm snap5 again",
        f"{_VIRSH} snapshot-delete ubuntu-vm snap5",
        event=False,
        pause=6.0,
    ),
}
IDLE = 60

Ticks = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Result:
    """What was measured: for each kind its ticks, in ms from the start and from the end of the command.

    ``missing`` counts those that never came; ``idle`` is percent of one processor, over ``seconds``;
    ``load`` the host's load average at each kind.
    """

    ticks: Mapping[str, Ticks]
    missing: Mapping[str, int]
    idle: float
    seconds: float
    load: Sequence[float]


def measure(machine: Machine, changes: int, idle: float = IDLE, kinds: Mapping[str, Kind] = KINDS) -> Result:
    """Make each change so many times, as the student. The machine is as it was afterwards.

    :param changes: of each kind.
    :param idle: seconds of doing nothing, at the end.
    :raises MachineError: a change could not be made, or the watch ended.
    """
    machine.write(f"{PLACE}/watch_driver.py", DRIVER.read_text())
    job = {
        "watch": ["tutor", "watch", "--format", "json"],
        "changes": changes + changes % 2,
        "idle": idle,
        "kinds": {name: asdict(kind) for name, kind in kinds.items()},
    }
    limit = 120 + idle + len(kinds) * changes * 20.0
    done = machine.run(f"{PYTHON} {PLACE}/watch_driver.py", input=json.dumps(job), timeout=limit, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    if not found["alive"]:
        raise MachineError("tutor watch has ended while it was measured.")
    ticks = {name: [(one[0], one[1]) for one in taken if one] for name, taken in found["kinds"].items()}
    missing = {name: sum(one is None for one in taken) for name, taken in found["kinds"].items()}
    return Result(ticks, missing, found["idle"], idle, found["load"])


def rows(result: Result) -> list[list[str]]:
    """Kind, changes, whether an event tells; in ms the median, 95 %, and the median from the start."""
    return [_row(name, taken, result.missing[name]) for name, taken in result.ticks.items()]


def _row(name: str, taken: Ticks, missing: int) -> list[str]:
    count = f"{len(taken)} of {len(taken) + missing}" if missing else f"{len(taken)}"
    told = "yes" if KINDS[name].event else "no"
    if not taken:
        return [name, count, told, "-", "-", "-"]
    ends = sorted(end for _, end in taken)
    slow = ends[max(0, round(len(ends) * 0.95) - 1)]
    return [
        name,
        count,
        told,
        *(f"{round(ms)}" for ms in (median(ends), slow, median(one for one, _ in taken))),
    ]


def plain(result: Result) -> str:
    """In columns, for a terminal."""
    head = ["", "changes", "event", "median", "95 %", "from start"]
    lines = [f"{row[0]:32}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in [head, *rows(result)]]
    return "\n".join([*lines, "", f"idle: {result.idle:.2f} % of one processor"])


def markdown(result: Result) -> str:
    """The part of the documentation's page; nothing in it names a host."""
    table = ["| change | changes | an event tells | median | 95 % | median from the start |"]
    table += ["|---|---|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows(result))]
    return _TEXT.format(
        table="\n".join(table),
        idle=f"{result.idle:.2f}",
        seconds=f"{result.seconds:.0f}",
        low=f"{min(result.load):.1f}",
        high=f"{max(result.load):.1f}",
    )


_TEXT = """\
# How soon `tutor watch` tells

On the same machine, the whole course watched as the student by `tutor watch --format json`. Each change is
made by the command that a student would type, and unmade, in turn; milliseconds from the end of that command
to the line that tells of it, and from its start.

{table}

- Idle: {idle} % of one processor, of all its processes together, over {seconds} s of nothing happening.
- Where no event tells, the machine is looked at every 0.4 to 2 s: more seldom the longer nothing changes.
  "After a quiet time" has 6 s without any change before each, when looks are 2 s apart: the change falls
  into the first half of such a pause each time, so this is longer than by chance.
- The lease is given and taken by libvirt's own helper, the one that dnsmasq calls.
- The host's load average was {low} to {high} meanwhile.
"""
