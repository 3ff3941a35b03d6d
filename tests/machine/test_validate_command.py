"""``tutor validate`` on student machines: with the schemas that their libvirt brings, and without."""

from __future__ import annotations

import json
import random

import pytest

from tests.machine.lesson import course, step
from tests.validation.typos import typos
from tutor.course.variables import resolve, substitute
from tutor.sandbox.machines import Machine
from tutor.validation.kinds import SCHEMA_OF

HOME = "/home/student"


def lesson_files() -> dict[str, str]:
    """The XML files that the lesson has the student write."""
    found: dict[str, str] = {}
    for name in ("domains/xml",):
        for block in step(name).blocks:
            if block.kind == "file":
                found[name.replace("/", "-") + ".xml"] = substitute(block.text, resolve(course()))
    return found


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """One machine with the course's installation done: nothing here changes more than files of its own."""
    return ready_lesson_machine


BROKEN = {
    "typo": (("<vcpu", "<vpcu"), ("</vcpu>", "</vpcu>")),
    "value": (("virtio", "vritio"),),
    "not closed": (("</name>", ""),),
}


def test_with_the_installed_schemas(machine: Machine) -> None:
    for name, text in lesson_files().items():
        machine.write(f"{HOME}/{name}", text, owner="student")
        done = machine.run(f"tutor validate {name}")
        assert done.returncode == 0, done.stdout
        assert f"{name}: valid (domain, for virsh define)" in done.stdout
        assert machine.run(f"virt-xml-validate {name}").returncode == 0


def test_what_libvirt_itself_has(machine: Machine) -> None:
    done = machine.run("tutor validate /usr/share/libvirt/networks/default.xml")
    assert (done.returncode, done.stdout.splitlines()[-1].partition(": ")[2]) == (
        0,
        "valid (network, for virsh net-define)",
    )
    piped = machine.run("virsh -c qemu:///system net-dumpxml default | tutor validate -")
    assert piped.stdout == "-: valid (network, for virsh net-define)\n"


@pytest.mark.parametrize(
    "command", ["capabilities", "domcapabilities", "pool-capabilities", "cpu-baseline c.xml"]
)
def test_what_libvirt_says_of_itself_is_judged_as_xmllint_does(machine: Machine, command: str) -> None:
    """Not all of it is valid: 9.0's schema knows no feature with a dot in its name, and QEMU has sse4.1."""
    machine.write(f"{HOME}/c.xml", "<cpu><arch>x86_64</arch><model>qemu64</model></cpu>", owner="student")
    machine.run(f"virsh -c qemu:///system {command} > what.xml", check=True)
    done = machine.run("tutor validate what.xml --format json")
    kind = json.loads(done.stdout)["files"][0]["kind"]
    schema = f"/usr/share/libvirt/schemas/{SCHEMA_OF[kind]}"
    theirs = machine.run(f"xmllint --noout --relaxng {schema} what.xml").returncode == 0
    assert (done.returncode == 0) is theirs


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files(machine: Machine, name: str) -> None:
    (text,) = lesson_files().values()
    broken = text
    for old, new in BROKEN[name]:
        assert old in broken
        broken = broken.replace(old, new, 1)
    line = next(
        number
        for number, (one, other) in enumerate(zip(text.splitlines(), broken.splitlines(), strict=True), 1)
        if one != other
    )
    machine.write(f"{HOME}/broken.xml", broken, owner="student")
    done = machine.run("tutor validate broken.xml --format json")
    assert done.returncode == 1
    first = json.loads(done.stdout)["files"][0]["problems"][0]
    assert first["hint"]
    assert first["line"] == line or f"line {line}" in first["message"]
    assert machine.run("virt-xml-validate broken.xml").returncode != 0


def test_many_mistakes_at_once(machine: Machine) -> None:
    """The machine's libvirt and the tool refuse the same files."""
    (text,) = lesson_files().values()
    chance = random.Random(2)  # noqa: S311
    made = chance.sample(list(typos(text, chance)), 40)
    for number, typo in enumerate(made):
        machine.write(f"{HOME}/many/{number}.xml", typo.text, owner="student")
    done = machine.run("tutor validate many/*.xml --format json")
    ours = {each["file"]: each["valid"] for each in json.loads(done.stdout)["files"]}
    script = 'for f in many/*.xml; do xmllint --noout --relaxng "$S" $f 2>/dev/null && echo $f; done; true'
    theirs = machine.run(f"S=/usr/share/libvirt/schemas/domain.rng; {script}").stdout.split()
    assert {name for name, valid in ours.items() if valid} == set(theirs)
    assert len(ours) == len(made)


def test_without_libvirt(bare_machine: Machine) -> None:
    bare_machine.write(f"{HOME}/vm.xml", next(iter(lesson_files().values())), owner="student")
    for arguments in ("vm.xml", "vm.xml --format json"):
        done = bare_machine.run(f"tutor validate {arguments}")
        assert (done.returncode, done.stdout) == (2, "")
        said = " ".join(done.stderr.split())
        assert "schemas are not installed: there is no /usr/share/libvirt/schemas/domain.rng" in said
        assert "sudo apt-get install -y libvirt-daemon-system libvirt-clients" in said
    bare_machine.write(f"{HOME}/cut.xml", "<domain>", owner="student")
    assert bare_machine.run("tutor validate cut.xml").returncode == 1
