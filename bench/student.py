"""The machine that is measured: the whole course done by its own commands, and the peers installed."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.machine.checkout import PROJECT
from tests.machine.lesson import answer_quiz, bring_medium, course, replay
from tutor.sandbox import registries
from tutor.sandbox.building import keep_output, recipe, run_recipe
from tutor.sandbox.cache import digest, obtain
from tutor.sandbox.images import SUITE, image, key
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

FOLDER = Path(__file__).parent
#: Where the peers' files are on the machine.
PLACE = "/opt/bench"
#: The Debian release that has goss as a package.
GOSS_SUITE = "trixie"
PYTHON = "/opt/tutor/bin/python"
TESTINFRA = ("/opt/testinfra/bin/python", "-m", "pytest", "-q", f"{PLACE}/testinfra")

# What the guide of virt-manager makes when it is followed (domains/virt-manager): it needs a screen.
_GUIDE = """
virt-install --connect qemu:///system --name gui-vm --memory 2048 --vcpus 2 --disk size=20,format=qcow2 \
    --cdrom /var/lib/libvirt/images/installer.iso --network network=default --graphics spice \
    --osinfo detect=on,name=linux2022 --check disk_size=off --noautoconsole --noreboot
virsh -c qemu:///system destroy gui-vm
"""
# Sources of the installed tool that would be compiled at each start.
_UNCOMPILED = """
import importlib.util, os, struct, sysconfig
for folder, _, names in os.walk(sysconfig.get_path("purelib")):
    for name in names:
        source = os.path.join(folder, name)
        if name.endswith(".py"):
            try:
                with open(importlib.util.cache_from_source(source), "rb") as file:
                    fresh = struct.unpack("<I", file.read(12)[8:])[0] == int(os.stat(source).st_mtime)
            except OSError:
                fresh = False
            if not fresh:
                print(source)
"""


@contextlib.contextmanager
def done_machine() -> Iterator[Machine]:
    """Boot a machine with this checkout's tool, do the whole course there, and bring the peers.

    :raises MachineError: a command of the course failed, or the tool is not as a student has it.
    """
    goss, testinfra = _goss(), _testinfra()
    with boot("ready", name=None, project=PROJECT) as machine:
        _do_the_course(machine)
        _bring_files(machine)
        machine.container.execute(
            ["install", "-m", "0755", "/dev/stdin", "/usr/local/bin/goss"], data=(goss / "goss").read_bytes()
        )
        machine.container.execute(
            ["tar", "-C", "/opt", "-xf", "-"], data=(testinfra / "testinfra.tar").read_bytes()
        )
        uncompiled = machine.run(f"{PYTHON} -c {shlex.quote(_UNCOMPILED)}", check=True).stdout.split()
        if uncompiled:
            raise MachineError(
                f"Not compiled, so not as a student has it: {uncompiled[0]} and {len(uncompiled) - 1} more."
            )
        yield machine


def _bring_files(machine: Machine) -> None:
    """What stands alone, and what the peers are given; pytest keeps the compiled tests beside them."""
    folders = [f"{PLACE}/{name}" for name in ("goss", "shell", "testinfra")]
    machine.container.execute(["install", "-d", "-o", "student", *folders])
    peers = [path for name in ("goss", "shell", "testinfra") for path in sorted((FOLDER / name).glob("*.*"))]
    for path in (FOLDER / "driver.py", FOLDER / "floor.py", *peers):
        machine.write(f"{PLACE}/{path.relative_to(FOLDER)}", path.read_text(), owner="student")


def run_driver(
    machine: Machine, commands: Mapping[str, Sequence[str]], rounds: int, warm_up: int
) -> dict[str, list[tuple[float, float, int]]]:
    """Measure as the student: for each command, (wall ms, cpu ms, exit code) of each round."""
    job = json.dumps({"commands": dict(commands), "rounds": rounds, "warm_up": warm_up})
    done = machine.run(f"{PYTHON} {PLACE}/driver.py", input=job, timeout=600, check=True)
    return {
        name: [(wall, cpu, code) for wall, cpu, code in samples]
        for name, samples in json.loads(done.stdout).items()
    }


def describe(machine: Machine) -> dict[str, str]:
    """What the numbers depend on: processors, kernel, and versions."""
    facts: dict[str, Any] = json.loads(machine.run("tutor check install/confirm --format json").stdout)
    host = facts["host"]
    return {
        "processors": machine.run("nproc", check=True).stdout.strip(),
        "kernel": machine.run("uname -r", check=True).stdout.partition("-")[0].strip(),
        "system": host["os"] or "",
        "libvirt": host["libvirt"] or "",
        "QEMU": host["qemu"] or "",
        "KVM": "usable" if host["kvm"] else "not usable (guests are emulated)",
        "Python": machine.run(
            f"{PYTHON} -c 'import platform; print(platform.python_version())'", check=True
        ).stdout.strip(),
        "tutor": facts["tool"]["version"],
        "goss": (_goss() / "version").read_text().strip(),
        "testinfra": (_testinfra() / "version").read_text().strip(),
    }


def _do_the_course(machine: Machine) -> None:
    bring_medium(machine)
    for step in course().steps:
        replay(machine, step.id)
        answer_quiz(machine, step.id)
    machine.run(_GUIDE, timeout=180, check=True)


def _goss() -> Path:
    """Return the directory with Debian's goss (a static file that runs on older releases) and its version."""

    def build(scratch: Path) -> None:
        run_recipe(recipe("goss", FOLDER), image("base", GOSS_SUITE).layers, scratch)
        keep_output(scratch)

    return obtain(f"goss.{GOSS_SUITE}", digest(recipe("goss", FOLDER), key("base", GOSS_SUITE)), build)


def _testinfra() -> Path:
    """Return the directory with an environment that has testinfra, packed, and its version."""
    script = recipe("testinfra", FOLDER)

    def build(scratch: Path) -> None:
        binds = {folder: str(folder) for folder in registries.pip_directories()}
        layers, pip = image("builder").layers, registries.pip_environment()
        run_recipe(script, layers, scratch, binds=binds, env=pip)
        keep_output(scratch)

    return obtain("testinfra", digest(script, key("builder", SUITE)), build)
