"""``python -m tests.machine.record [FOLDER]``: record real machines for the fast tests, anew."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.machine.checkout import PROJECT
from tests.machine.lesson import answer_quiz, bring_medium, course, replay
from tests.machine.variants import use_backend
from tests.machine.waiting import becomes
from tutor.sandbox.images import NEXT_SUITE, SUITE
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"

#: A session begun before the student became a member: su(1) would give it the groups of the database.
_WITHOUT_GROUP = "setpriv --reuid student --regid student --groups sudo"
_DISK = "/var/lib/libvirt/images/min-disk.qcow2"
_XML = "virsh -c qemu:///system"

#: Steps whose commands are not run: what they do is the image's, and would only cost time.
_INSTALLED = "install/"
#: Guests boot under emulation, and ask for their addresses then.
_BOOT_SECONDS = 60

_log = logging.getLogger(__name__)


def bare_states(_machine: Machine) -> Iterator[str]:
    """Nothing of the course is installed."""
    yield "fresh"


def ready_states(machine: Machine) -> Iterator[str]:
    """From the installation to the end of the course, with the wrong turns that students take."""
    for step in ("intro/role", "intro/overview", "modes/compare"):
        answer_quiz(machine, step)
    replay(machine, "install/libvirt")
    replay(machine, "install/default-network")
    yield "halfway"
    yield "group-not-in-session"
    machine.run(f"{_XML} net-autostart --disable default && {_XML} net-undefine default", check=True)
    yield "transient-network"
    machine.run(f"{_XML} net-dumpxml default | {_XML} net-define /dev/stdin", check=True)
    machine.run(f"{_XML} net-autostart default", check=True)
    machine.run(f"sudo qemu-img create -f raw {_DISK} 30G", check=True)
    machine.run("echo 'export LIBVIRT_DEFAULT_URI=qemu:///session' >> ~/.bashrc", check=True)
    yield "raw-image-and-overridden-uri"
    machine.run(f"sudo rm {_DISK} && sed -i '$d' ~/.bashrc", check=True)
    yield from _whole_course(machine)


def next_states(machine: Machine, backend: str) -> Iterator[str]:
    """The whole course on Debian 13, with this firewall of libvirt's."""
    use_backend(machine, backend)
    replay(machine, "install/libvirt")
    replay(machine, "install/default-network")
    _do_the_rest(machine)
    yield f"done-debian-13-{backend}"


def _do_the_rest(machine: Machine) -> None:
    """Everything but what the image brings."""
    bring_medium(machine)
    for step in course().steps:
        if not step.id.startswith(_INSTALLED):
            replay(machine, step.id)
        answer_quiz(machine, step.id)
    leased = f"{_XML} net-dhcp-leases default | grep -q 192.168.122.50"
    assert becomes(lambda: machine.run(leased).returncode == 0, _BOOT_SECONDS)


def _whole_course(machine: Machine) -> Iterator[str]:
    _do_the_rest(machine)
    yield "done"
    edit = "virt-xml --connect qemu:///system test-vm --edit"
    machine.run(f"{_XML} destroy test-vm; {edit} --memory memory=1024,currentMemory=1024", check=True)
    machine.run(f"{edit} --network model=e1000", check=True)
    yield "wrong-memory-and-card"
    machine.run("sudo systemctl stop libvirtd.service 'libvirtd*.socket'", check=True)
    yield "daemon-stopped"


def record(machine: Machine, name: str) -> dict[str, Any]:
    """Record the machine as its student sees it, in the state called ``name``.

    :raises CommandError: the tool cannot record.
    """
    path = f"/tmp/{name}.json"
    command = f"tutor check --record {path} --format json > /tmp/{name}.graded"
    if name == "group-not-in-session":
        there = f"cd /home/student && HOME=/home/student {_WITHOUT_GROUP} sh -c '{command}'"
        done = machine.run(there, user="root")
    else:
        done = machine.run(command)
    if done.returncode not in (0, 1, 3):
        done.require_success()
    found: dict[str, Any] = json.loads(machine.read(path))
    return found


def anonymous(recording: dict[str, Any]) -> dict[str, Any]:
    """The recording without what is not the student machine's: this host's kernel, and when it was."""
    system = recording["observations"]["system[]"]["value"]
    system["kernel"] = "6.1.0-28-amd64"
    system["machine"] = "0123456789abcdef0123456789abcdef"
    recording["started"] = "2026-01-01T12:00:00+00:00"
    for observation in recording["observations"].values():
        observation["when"], observation["duration"] = 1767268800.0, 0.001
    return recording


def without_identities(content: str) -> str:
    """Numbers that libvirt makes up at each definition, replaced by ones that stay."""
    for kind, pattern, shape in (
        ("uuid", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "00000000-0000-4000-8000-{:012x}"),
        ("mac", r"52:54:00:(?!aa:bb:cc)(?:[0-9a-f]{2}:){2}[0-9a-f]{2}", "52:54:00:00:00:{:02x}"),
    ):
        known = dict.fromkeys(re.findall(pattern, content))
        stable = {found: shape.format(number) for number, found in enumerate(known, 1)}
        _log.debug("%s: %d", kind, len(stable))
        content = re.sub(pattern, lambda found, stable=stable: stable[found[0]], content)  # type: ignore[misc]
    return content


#: Image, release, and what becomes of it.
MACHINES: tuple[tuple[str, str, Callable[[Machine], Iterator[str]]], ...] = (
    ("bare", SUITE, bare_states),
    ("ready", SUITE, ready_states),
    ("ready", NEXT_SUITE, partial(next_states, backend="iptables")),
    ("ready", NEXT_SUITE, partial(next_states, backend="nftables")),
)


def main(arguments: list[str]) -> int:
    """Record every state; 1 and one sentence where that fails."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = Path(arguments[0]) if arguments else RECORDINGS
    try:
        for image, suite, states in MACHINES:
            with boot(image, suite=suite, project=PROJECT) as machine:
                for name in states(machine):
                    content = json.dumps(anonymous(record(machine, name)), indent=1)
                    (folder / f"{name}.json").write_text(without_identities(content) + "\n")
                    _log.info("recorded %s", name)
    except MachineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
