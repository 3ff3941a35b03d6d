"""``python -m tests.machine.breadth [NAME...]``: the whole course on machines that differ, one by one.

Each is a fresh Debian on which a student does every step, is graded after each and at the end, is met by a
client from outside, restarts the machine, and cleans up. What is red anywhere is listed, and makes it end
with 1.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator

from tests.machine.checkout import PROJECT
from tests.machine.guest import GREETING
from tests.machine.lesson import answer_quiz, bring_medium, course, judge, replay
from tests.machine.proving import by_hand
from tests.machine.variants import VARIANTS, Variant, furnish
from tests.machine.waiting import becomes
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

#: What no command can make pass: this hardware.
HARDWARE = "install/cpu"
#: What a ready machine has done already.
INSTALLED = "install/"
CLICKED = "domains/virt-manager"
#: The lesson leaves this guest to be started by hand.
STARTED_BY_HAND = "virsh -c qemu:///system start minimal-vm"
BOOT_SECONDS = 90
#: What the course made, by name; nothing where all is taken away.
_LEFT = """
for what in list net-list pool-list; do virsh -c qemu:///system $what --all --name; done |
    grep -vxE 'default|'
nft list ruleset | grep -oE 'table ip labb|ct status dnat|ctstate DNAT|virbr[0-9]'
find /var/lib/libvirt/images /etc/libvirt/hooks /etc/libvirt/qemu/networks/autostart \
    /var/lib/libvirt/qemu/nvram /home/student/*.xml -mindepth 1 ! -name gui.xml
grep -o LIBVIRT_DEFAULT_URI /home/student/.bashrc /home/student/.zshrc /home/student/.config/fish/config.fish
exit 0
"""

_log = logging.getLogger(__name__)


def walk(machine: Machine, variant: Variant) -> Iterator[str]:
    """Do every step; yield what is not as the course promises: not red before, or not green after."""
    bring_medium(machine)
    for step in course().steps:
        began = time.monotonic()
        begins = variant.image == "bare" or not step.id.startswith(INSTALLED)
        if begins and step.creates and step.id != HARDWARE and judge(machine, step.id).status == "pass":
            yield f"{step.id}: passes before"
        try:
            if step.id == CLICKED:
                by_hand(machine, CLICKED)
            replay(machine, step.id, variant.typed)
            answer_quiz(machine, step.id)
        except MachineError as error:
            yield f"{step.id}: {error}"
        judged = judge(machine, step.id)
        if judged.status != "pass" and step.id != HARDWARE:
            yield f"{step.id}: {judged.status} {judged.codes}"
        if step.id == "install/libvirt" and judged.status != "pass":
            raise MachineError("Without libvirt there is no course.")
        _log.info("  %-24s %5.1f s", step.id, time.monotonic() - began)


def backend(machine: Machine) -> str:
    """The firewall in which libvirt refuses what comes in to its network, by its own rules."""
    chain = "nft list chain ip libvirt_network guest_input"
    return "nftables" if "virbr0" in machine.run(chain, user="root").stdout else "iptables"


def told_backend(machine: Machine) -> str | None:
    """The one that the tool says it is, with the rights of the student."""
    document = json.loads(machine.run("tutor check intro --format json").stdout)
    found: str | None = document["host"]["firewall"]
    return found


def red(machine: Machine) -> list[str]:
    """What is not green of the whole course, but for the hardware."""
    done = machine.run("tutor check --format json --lang en")
    document = json.loads(done.stdout or "{}")
    return [
        f"{check['id']}: {check['status']} {check['code']} {check['observed']}"
        for step in document["steps"]
        for check in step["checks"]
        if check["status"] not in ("pass", "skip") and step["id"] != HARDWARE
    ]


def met(machine: Machine, *, at_once: bool) -> Iterator[str]:
    """Whether a client outside is let in where it should be, and a guest of the isolated network nowhere."""
    with machine.client() as client:
        answered = client.banner(2222) == GREETING
        if not answered and not at_once:
            answered = becomes(lambda: client.banner(2222) == GREETING, BOOT_SECONDS)
        if not answered:
            yield "a client outside does not reach the guest"


def restarted(machine: Machine) -> Iterator[str]:
    """What is not green after the next boot."""
    machine.reboot()
    yield from met(machine, at_once=False)
    if not becomes(lambda: machine.run(STARTED_BY_HAND).returncode == 0, BOOT_SECONDS):
        yield "after a restart, minimal-vm does not start"
    if not becomes(lambda: not red(machine), BOOT_SECONDS):
        yield from (f"after a restart: {one}" for one in red(machine))


def cleaned(machine: Machine) -> Iterator[str]:
    """What cleaning up leaves of the course. Packages stay, and with them what they brought."""
    ended = machine.run("tutor cleanup --yes --lang en", timeout=180)
    if ended.returncode != 0:
        yield f"tutor cleanup: {ended.returncode}\n{ended.stdout}{ended.stderr}"
    left = machine.run(_LEFT, user="root", check=True).stdout.split()
    if left:
        yield f"cleanup left {left}"


def _campaign(variant: Variant) -> Iterator[str]:
    with boot(variant.image, suite=variant.suite, project=PROJECT, keep_disk=True) as machine:
        machine.write("/etc/dpkg/dpkg.cfg.d/unsafe-io", "force-unsafe-io\n")
        furnish(machine, variant)
        machine.run("tutor check install/cpu")  # the first look: the baseline
        yield from walk(machine, variant)
        if (found := backend(machine)) != variant.backend:
            yield f"libvirt's firewall is {found}"
        yield from (f"at the end: {one}" for one in red(machine))
        yield from met(machine, at_once=True)
        yield from restarted(machine)
        yield from cleaned(machine)


def main(arguments: list[str]) -> int:
    """Walk the course on each variant named, or on all; 1 where anything is red."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    bad = 0
    for name in arguments or VARIANTS:
        began, found = time.monotonic(), 0
        _log.info("%s", name)
        try:
            for fault in _campaign(VARIANTS[name]):
                found += 1
                _log.info("  RED %s", fault)
        except MachineError as error:
            found += 1
            _log.info("  RED %s", error)
        _log.info("%s: %s, %.0f s", name, f"{found} red" if found else "all green", time.monotonic() - began)
        bad += found
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
