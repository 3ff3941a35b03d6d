"""The tool in the machines: the checkout's own, in the machine's own Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.machine.checkout import PROJECT

if TYPE_CHECKING:
    from tutor.sandbox.machines import Machine

ASK = "/opt/tutor/bin/python -c"


def test_the_machine_has_the_checkouts_tool(ready_machine: Machine) -> None:
    assert ready_machine.run("command -v tutor").stdout == "/usr/local/bin/tutor\n"
    question = 'from importlib.metadata import version; print(version("libvirt-tutor"))'
    version = ready_machine.run(f"{ASK} '{question}'", check=True).stdout.strip()
    assert f'version = "{version}"' in (PROJECT / "pyproject.toml").read_text()


def test_the_binding_speaks_to_the_machines_libvirt(ready_machine: Machine) -> None:
    question = 'import libvirt; print(libvirt.open("qemu:///system").listNetworks())'
    assert ready_machine.run(f"{ASK} '{question}'", check=True).stdout == "[]\n"


def test_a_bare_machine_has_no_library_for_the_binding(bare_machine: Machine) -> None:
    assert "libvirt.so.0" in bare_machine.run(f"{ASK} 'import libvirt'").stderr
    assert bare_machine.run(f"{ASK} 'import lxml.etree, msgspec, typer'").returncode == 0


def test_the_student_cannot_change_the_tool(ready_machine: Machine) -> None:
    assert ready_machine.run("sudo touch /opt/tutor/file").returncode == 1
