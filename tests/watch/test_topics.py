"""Every source of the course has its topics, and an event touches what hangs on it."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path

import pytest

import tutor.host
from tutor.host.question import Question
from tutor.host.source import SOURCES
from tutor.watch import topics as t

PLACE = t.Place("/home/ada", ("/usr/bin", "/sbin"), "/home/ada/.local/state/journal.jsonl")
SYSTEM = "qemu:///system"


def of(source: str, *args: str) -> frozenset[t.Topic]:
    return t.topics(Question(source, object, args), PLACE)


@pytest.fixture(scope="module", autouse=True)
def _all_sources() -> None:
    for module in pkgutil.walk_packages(tutor.host.__path__, "tutor.host."):
        importlib.import_module(module.name)


#: Asked by the baseline alone, never by a check: nobody watches them.
UNWATCHED = {"entry", "libvirt.inventory"}


def test_every_source_is_known() -> None:
    """A new source must say what tells of it, or be polled."""
    ours = {name for name in SOURCES if not name.startswith("test.")} - UNWATCHED
    assert {name for name in ours if not t.known_source(name)} == set()


def test_what_the_recorded_course_asks_hangs_on_something_or_is_polled() -> None:
    """Nothing of a whole course is looked at once and never again, but for what no command changes."""
    recording = Path(__file__).parents[1] / "recordings" / "done.json"
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
