"""Hand-ins of real student machines: halfway, finished, broken, copied, tampered with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.handin.samples import handin_of, the_course
from tests.machine.checkout import PROJECT
from tests.machine.lesson import answer_quiz, bring_medium, course, replay
from tutor.handin.chain import chain, digests
from tutor.handin.format import HandIn, canonical
from tutor.handin.judge import differences, judge
from tutor.handin.read import Refusal, read
from tutor.handin.signers import signers
from tutor.handin.verify import Signature, Verifier
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

FILE = "/tmp/lab.tutor"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """One machine, whose student goes through the course from test to test."""
    try:
        with boot("ssh", project=PROJECT) as machine:
            bring_medium(machine)
            machine.run(
                "mkdir -m 700 -p ~/.ssh && ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519", check=True
            )
            machine.run("tutor config identity.name 'Anna Å'", check=True)
            machine.run("tutor config identity.email anna@example.org", check=True)
            yield machine
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


def submitted(machine: Machine, words: str = "") -> HandIn:
    machine.run(f"rm -f {FILE}; tutor submit --yes --output {FILE} {words}", check=True)
    return handin_of(machine.read(FILE).encode())


def signature(machine: Machine, handin: HandIn) -> Signature:
    """By the roster's line that the student would have sent in."""
    public = machine.read("/home/student/.ssh/id_ed25519.pub")
    with Verifier(signers([f"anna@example.org {public}"])) as verifier:
        return verifier.verify(handin)


def reported(machine: Machine, *files: str) -> dict[str, Any]:
    """What the class report says of these files, made where they are, with Anna's key on the roster."""
    machine.run("echo anna@example.org $(cat ~/.ssh/id_ed25519.pub) > /tmp/keys", check=True)
    done = machine.run(f"tutor report {' '.join(files)} --allowed-signers /tmp/keys --format json --no-cache")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def live(machine: Machine) -> dict[str, tuple[str, str | None]]:
    done = machine.run("tutor check --format json")
    return said(json.loads(done.stdout))


def said(document: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {one["id"]: (one["status"], one["code"]) for step in document["steps"] for one in step["checks"]}


def judged_as_live(machine: Machine) -> HandIn:
    """Hand in; live, in the file, judged here and judged there: all four say the same."""
    seen, handin = live(machine), submitted(machine)
    course, registry = the_course()
    grade = judge(handin, course, registry)
    assert differences(handin, grade) == []
    found = {
        verdict.spec.id: (verdict.status.value, verdict.finding.code)
        for step in grade.steps
        for verdict in step.verdicts
    }
    assert found == seen
    there = machine.run(f"tutor check --format json --from {FILE}")
    assert said(json.loads(there.stdout)) == seen
    assert there.stderr == ""
    assert signature(machine, handin).principal == "anna@example.org"
    assert chain(handin).whole
    return handin


def test_before_the_course(machine: Machine) -> None:
    handin = judged_as_live(machine)
    assert handin.payload.claim.summary.points < 3


def test_halfway(machine: Machine) -> None:
    for step in ("intro/role", "intro/overview", "modes/compare"):
        answer_quiz(machine, step)
    replay(machine, "install/libvirt")
    replay(machine, "install/default-network")
    handin = judged_as_live(machine)
    assert handin.payload.claim.steps["install/default-network"].status == "pass"


def test_finished(machine: Machine) -> None:
    """And what other people do on the machine does not leave it."""
    for step in course().steps:
        if not step.id.startswith(("install/", "intro/", "modes/")):
            replay(machine, step.id)
            answer_quiz(machine, step.id)
    machine.run("sudo usermod -aG kvm other", check=True)
    xml = "<domain type='qemu'><name>hushhush</name><memory>8192</memory><os><type>hvm</type></os></domain>"
    machine.run(f'echo "{xml}" | virsh -c qemu:///system define /dev/stdin', check=True)
    net = "<network><name>hushnet</name><ip address='10.77.1.1' netmask='255.255.255.0'/></network>"
    machine.run(f'echo "{net}" | virsh -c qemu:///system net-define /dev/stdin', check=True)
    machine.run("touch ~/hush-diary.txt; echo 'export TOKEN=hushtoken # libvirt' >> ~/.bashrc", check=True)
    handin = judged_as_live(machine)
    assert b"hush" not in handin.line
    assert b'"other"' not in handin.line
    assert handin.payload.claim.summary.passed > 60


def test_under_a_pseudonym(machine: Machine) -> None:
    handin = submitted(machine, "--pseudonym 'Grupp 7' --unsigned")
    assert b"Anna" not in handin.line
    assert b"anna@" not in handin.line
    course, registry = the_course()
    assert differences(handin, judge(handin, course, registry)) == []


def test_tampered_with(machine: Machine) -> None:
    """Verdict, observation, journal, manifest, signature: of the real file of a real student."""
    handin = submitted(machine)
    assert handin.armour is not None
    for place, value in (
        (("claim", "steps", "install/cpu", "status"), "pass"),
        (("claim", "summary", "points"), 25),
        (("recording", "observations", "cpu[]", "value", "flags"), ["vmx"]),
        (("journal", "lines", 0), "{}"),
        (("student", "email"), "bo@example.org"),
        (("made",), "2026-01-01T00:00:00+00:00"),
    ):
        document = json.loads(handin.line)
        inner = document
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        changed = handin_of(canonical(document) + handin.armour.text)
        assert signature(machine, changed).state == "invalid", place
    for at in range(0, len(handin.armour.text), 7):
        text = bytearray(handin.armour.text)
        text[at] ^= 1
        found = read(handin.line + bytes(text))
        assert isinstance(found, Refusal) or signature(machine, found).state != "valid"


def test_copied_from_another_student(machine: Machine) -> None:
    """Bo takes Anna's journal and hands in as himself, on the same machine."""
    anna = submitted(machine)
    journal = ".local/state/libvirt-tutor/journal.jsonl"
    machine.run(
        f"install -D -o other -g other /home/student/{journal} /home/other/{journal} && "
        "chown -R other: /home/other/.local",
        user="root",
        check=True,
    )
    words = "--pseudonym Bo --unsigned --yes --output /tmp/bo.tutor"
    machine.run(f"tutor submit {words} && chmod a+r /tmp/bo.tutor", user="other", check=True)
    bo = handin_of(machine.read("/tmp/bo.tutor").encode())
    assert chain(bo).whole
    assert set(digests(anna)) <= set(digests(bo))
    machines = [one.recording.observations["system[]"]["value"]["machine"] for one in (anna, bo)]
    assert machines[0] == machines[1]
    report = reported(machine, FILE, "/tmp/bo.tutor")
    by_name = {student["name"] or student["pseudonym"]: student["hand_in"] for student in report["students"]}
    assert by_name["Anna Å"]["points"] == anna.payload.claim.summary.points
    assert by_name["Anna Å"]["differences"] == by_name["Bo"]["differences"] == []
    assert by_name["Anna Å"]["signature"]["principal"] == "anna@example.org"
    assert by_name["Bo"]["signature"]["state"] == "unsigned"
    assert {"same-machine", "shared-uuid", "shared-journal"} <= {one["kind"] for one in report["suspicions"]}


def test_broken(machine: Machine) -> None:
    machine.run("sudo systemctl stop libvirtd.service 'libvirtd*.socket'", check=True)
    handin = judged_as_live(machine)
    assert handin.payload.claim.steps["install/libvirt"].status == "fail"
