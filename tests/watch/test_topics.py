"""Every source of the course has its topics, and an event touches what hangs on it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tutor.host.question import Question
from tutor.watch import topics as t

ROOT = Path(__file__).parents[2]
PLACE = t.Place(
    "/home/ada", ("/usr/bin", "/sbin"), "/home/ada/.local/state/journal.jsonl", {"zsh": "/home/ada/zsh"}
)
SYSTEM = "qemu:///system"


def of(source: str, *args: str) -> frozenset[t.Topic]:
    return t.topics(Question(source, object, args), PLACE)


def asked_by_checks() -> set[str]:
    """The sources of every module of questions that a check, or the grading itself, imports."""
    users = [*(ROOT / "checks").glob("*.py"), *(ROOT / "tutor" / "grading").glob("*.py")]
    imports = re.compile(r"^from (tutor\.host\.[a-z_.]+) import", re.MULTILINE)
    modules = {name for path in users for name in imports.findall(path.read_text())}
    texts = [(ROOT / f"{name.replace('.', '/')}.py").read_text() for name in modules]
    return {
        name for text in texts for name in re.findall(r'^@(?:batch_)?source\("([^"]+)"', text, re.MULTILINE)
    }


def test_every_source_of_a_check_is_known() -> None:
    """A new one must say what tells of it, or be polled."""
    asked = asked_by_checks()
    assert {"libvirt.domain", "firewall", "answers", "unit"} <= asked
    assert {name for name in asked if not t.known_source(name)} == set()


def test_what_the_recorded_course_asks_hangs_on_something_or_is_polled() -> None:
    """Nothing of a whole course is looked at once and never again, but for what no command changes."""
    recording = ROOT / "tests" / "recordings" / "done.json"
    keys = json.loads(recording.read_text())["observations"]
    questions = [Question.of_key(key) for key in keys]
    deaf = {
        question.source
        for question in questions
        if not t.topics(question, PLACE) and question.source not in t.POLLED | t.SELDOM
    }
    assert deaf <= {"cpu", "container", "system"}
    assert len(questions) > 50


@pytest.mark.parametrize(
    ("question", "event"),
    [
        (("libvirt.domain", SYSTEM, "a"), t.domain("a")),
        (("libvirt.domain", SYSTEM, "a"), t.path("/etc/libvirt/qemu/autostart/a.xml")),
        (("libvirt.domains", SYSTEM), t.domain(t.ANY)),
        (("libvirt.snapshots", SYSTEM, "a"), t.domain("a")),
        (("libvirt.network", SYSTEM, "n"), t.network("n")),
        (("libvirt.leases", SYSTEM, "n"), t.folder("/var/lib/libvirt/dnsmasq")),
        (("libvirt.connection", SYSTEM, "write"), t.LIBVIRT),
        (("document", "~/vm.xml"), t.path("/home/ada/vm.xml")),
        (("file", "/dev/kvm"), t.path("/dev/kvm")),
        (("folder", "~"), t.folder("/home/ada")),
        (("program", "virsh"), t.path("/sbin/virsh")),
        (("unit", "libvirtd.socket"), t.path("/run/systemd/units/invocation:libvirtd.service")),
        (("group", "kvm"), t.path("/etc/group")),
        (("shell-variable", "X", "x"), t.path("/home/ada/.bashrc")),
        (("shell-variable", "X", "x"), t.path("/home/ada/.zshrc")),
        (("shell-variable", "X", "x"), t.path("/home/ada/zsh/.zshrc")),
        (("shell-variable", "X", "x"), t.path("/home/ada/.config/fish/config.fish")),
        (("shell-variable", "X", "x"), t.folder("/home/ada/.config/fish/conf.d")),
        (("answers", "s"), t.path("/home/ada/.local/state/journal.jsonl")),
        (("firewall",), t.RULESET),
        (("links",), t.LINKS),
    ],
)
def test_an_event_touches_a_question(question: tuple[str, ...], event: t.Topic) -> None:
    assert event in of(*question)


def test_other_domains_and_other_libvirts_are_left_alone() -> None:
    assert t.domain("b") not in of("libvirt.domain", SYSTEM, "a")
    assert t.domain("a") not in of("libvirt.domain", "qemu:///session", "a")


def test_a_source_that_nobody_knows_has_no_topics() -> None:
    assert of("third.party", "x") == frozenset()
    assert of("domain") == frozenset()
    assert of("libvirt.domain") == frozenset(), "with another number of arguments, it is not that one"


def test_a_key_gives_its_question_back() -> None:
    asked = Question("image", object, ('~/a "b", [c]é.qcow2', "\n"))
    assert Question.of_key(asked.key) == asked
    assert Question.of_key(Question("firewall", object).key) == Question("firewall", object)
