"""Doctor on a student machine: run it, and run what it prints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.machine.doctor_faults import VIRSH, Fault
from tutor.sandbox.machines import Machine


@dataclass(frozen=True)
class Seen:
    """What ``tutor doctor --format json`` said."""

    returncode: int
    document: dict[str, Any]
    stderr: str

    @property
    def codes(self) -> dict[str, list[str]]:
        """The codes of findings and advice, by probe."""
        return {
            probe["name"]: [one["code"] for one in (*probe["findings"], *probe["advice"])]
            for probe in self.document["probes"]
        }

    @property
    def findings(self) -> list[dict[str, Any]]:
        """All findings, advice apart."""
        return [one for probe in self.document["probes"] for one in probe["findings"]]

    @property
    def fixes(self) -> list[str]:
        """Every command under fix, in printed order, each once; those of advice, too."""
        found = [one for probe in self.document["probes"] for one in (*probe["findings"], *probe["advice"])]
        return list(dict.fromkeys(command for one in found for command in one["fix"]))

    def explain(self) -> str:
        """What was found, for a test's message."""
        found = ((probe["name"], one) for probe in self.document["probes"] for one in probe["findings"])
        return "; ".join(f"{name}: {one['code']} ({one['what']}), fix {one['fix']}" for name, one in found)


def see(machine: Machine, *options: str, user: str = "student") -> Seen:
    """Run doctor as the student does."""
    words = " ".join(("tutor", "doctor", "--format", "json", "--lang", "en", *options))
    done = machine.run(words, user=user, timeout=120)
    assert done.stdout, done.stderr
    assert "internal-error" not in done.stdout, done.stdout
    return Seen(done.returncode, json.loads(done.stdout), done.stderr)


def assert_well(machine: Machine, *options: str) -> None:
    """Doctor finds nothing."""
    seen = see(machine, *options)
    assert not seen.findings, seen.explain()
    assert seen.returncode == 0


def make(machine: Machine, fault: Fault) -> None:
    """Break the machine."""
    machine.run(fault.make, user="root", timeout=120)


def assert_told(seen: Seen, fault: Fault) -> None:
    """The right findings, and the exit code that goes with them."""
    looked = {name for name, code in fault.codes.items() if name in seen.codes}
    assert looked, seen.explain()
    for name in looked:
        assert fault.codes[name] in seen.codes[name], (name, seen.explain())


def mend(machine: Machine, seen: Seen) -> None:
    """Run every fix as printed, in a non-interactive shell of the student."""
    for command in seen.fixes:
        machine.run(command, timeout=180, check=True)


def prepare(machine: Machine) -> None:
    """The course's installation done, to the end; sudo was used in it, and has left its mark in the home."""
    machine.run("sudo true", check=True)
    machine.run(f"{VIRSH} net-autostart default && {VIRSH} net-start default", check=True)
    line = 'export LIBVIRT_DEFAULT_URI="qemu:///system"'
    machine.run(f"echo '{line}' >> ~/.bashrc", check=True)
    # systemd gives up on a service that is started too often.
    machine.write("/etc/systemd/system/libvirtd.service.d/often.conf", "[Unit]\nStartLimitIntervalSec=0\n")
    machine.run("systemctl daemon-reload", user="root", check=True)
