"""What a look at a machine makes of the host's answers."""

from __future__ import annotations

from typing import Any

from tests.baseline.world import RULE, domain, network
from tests.checks.fake_host import FakeHost, refusal
from tutor.baseline.look import look, look_again, look_behind, look_beside
from tutor.baseline.things import Thing, built_on, disks_of, paths_of, things_of
from tutor.course.load import load_course
from tutor.course.variables import Layer, resolve
from tutor.host.entries import entry
from tutor.host.files import file_status, file_text
from tutor.host.image_folders import backing_in
from tutor.host.libvirt.inventory import inventory
from tutor.text import text

NFT = "nft ip libvirt_network forward oifname virbr0 ct status dnat counter accept"
THINGS = (
    Thing("line", ("/rc", "export X="), "s/l"),
    Thing("started", ("default",), "s/d"),
    Thing("rule", tuple(RULE.split(" ", 1)), "s/r"),
    Thing("rule", tuple(NFT.split(" ", 1)), "s/r"),
    Thing("file", ("/f",), "s/f"),
)
RULESET = """\
table ip libvirt_network { # handle 3
\tchain forward { # handle 1
\t\ttype filter hook forward priority filter; policy accept;
\t\toifname "virbr0" ct status dnat counter packets 7 bytes 420 accept # handle 12
\t\tcounter packets 0 bytes 0 jump guest_cross # handle 5
\t}
\tchain guest_cross { # handle 2
\t\toifname "virbr0" ct status dnat counter packets 0 bytes 0 accept # handle 9
\t}
}
table ip filter { # handle 4
\tchain forward { # handle 1
\t\toifname "virbr0" ct status dnat counter packets 0 bytes 0 accept # handle 2
\t}
}
"""
SAVED = f"""\
*nat
-A {RULE.partition(" ")[2]}
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-A {RULE.partition(" ")[2]}
-A {RULE.partition(" ")[2]} -m comment
-A {RULE.partition(" ")[2]}
COMMIT
"""
HELD = {"domains": [], "networks": [network("n", "default", active=True)], "pools": []}
FIREWALL = {
    "json": {"nftables": [{"metainfo": {}}, {"table": {"family": "ip", "name": "filter"}}]},
    "text": RULESET,
    "saved": SAVED,
    "legacy": [],
}


def host(**more: Any) -> FakeHost:
    """A machine with little on it; a keyword is a source, ``_`` for its dot."""
    answers: dict[Any, Any] = {"entry": None, "file": None, "file-text": None, "program": None, "sysctl": "0"}
    answers |= {name.replace("_", "."): answer for name, answer in more.items()}
    return FakeHost(answers)


def test_rules_are_counted_where_they_count() -> None:
    found = look(host(firewall=FIREWALL), THINGS)["firewall"]
    assert found is not None
    assert found["tables"] == ["ip filter"]
    assert found["rules"] == {RULE: 2, NFT: 1}
    assert found["handles"] == {NFT: [12]}


def test_no_program_that_makes_rules_means_no_rules() -> None:
    assert look(host(), THINGS)["firewall"] == {"tables": [], "rules": {RULE: 0, NFT: 0}, "handles": {}}
    assert look(host(program="/usr/sbin/iptables"), THINGS)["firewall"] is None


def test_no_trace_of_libvirt_means_none() -> None:
    assert look(host(), THINGS)["absent"]
    assert not look(host(program="/usr/sbin/libvirtd"), THINGS)["absent"]
    # Domains outlive the package.
    assert not look(host(file={"path": "/etc/libvirt/qemu"}), THINGS)["absent"]
    assert not look(host(file=refusal()), THINGS)["absent"]


def test_lines_are_whole() -> None:
    content = "export X=1\r\nmore\n  export X=2\nexport X=3"
    found = look(host(**{"file-text": {"path": "/rc", "text": content}}), THINGS)["lines"]["/rc"]
    assert found == {"there": True, "found": {"export X=": ["export X=1\r", "export X=3"]}, "more": True}


def test_what_cannot_be_seen_is_not_taken_for_nothing() -> None:
    found = look(host(entry=refusal(), **{"file-text": refusal()}), THINGS)
    assert found["places"]["/f"]["there"] is None
    assert found["lines"]["/rc"]["there"] is None
    assert look(host(program="/x"), THINGS)["libvirt"] is None


def test_what_a_disk_rests_on_is_followed() -> None:
    held = {"domains": [domain("u", "vm")], "networks": [], "pools": []}
    answers: dict[Any, Any] = {
        "program": None,
        "entry": None,
        "file": None,
        inventory("qemu:///system"): held,
        file_status("/a"): {"kind": "file"},
        file_status("/etc/libvirt/qemu"): {"kind": "directory"},
        "image": {"backing": "b"},
        entry("/b"): {
            "path": "/b",
            "kind": "file",
            "identity": "",
            "real": "/real",
            "removable": True,
            "names": None,
        },
        file_text("/rc"): None,
        "sysctl": None,
    }
    fake = FakeHost(answers)
    now = look(fake, THINGS)
    assert look_behind(fake, now, {"u": ["/a"]}) == {"u": {"/a", "/b", "/real"}}
    assert now["unclear"] == []
    blind = FakeHost({**answers, "image": refusal()})
    look_behind(blind, now, {"u": ["/a"]})
    assert now["unclear"] == ["/a"]


def test_images_beside_are_looked_at() -> None:
    now = look(host(), THINGS)
    look_beside(FakeHost({backing_in("/pool"): {"/pool/x": "/f"}}), now, ["/pool", "/pool", "/dark"])
    assert now["backing"] == {"/pool/x": "/f"}
    assert now["unclear"] == ["/dark/*"]


def test_the_things_of_the_course_have_the_students_names() -> None:
    course = load_course(None, "en")
    values = resolve(course, Layer(text("--var"), {"nat_vm": "my vm", "xml_file": "~/a b.xml"}))
    things = things_of(course, values, "/home/me")
    assert Thing("host-entry", ("default", "192.168.122.50", "my vm"), "networks/static-lease") in things
    assert Thing("file", ("/home/me/a b.xml",), "domains/xml") in things
    assert set(disks_of("my vm")) <= set(paths_of(things))


def test_what_builds_on_a_step_is_known() -> None:
    course = load_course(None, "en")
    values = resolve(course)
    steps = {step.id: step for step in course.steps}
    assert built_on(course, steps["snapshots/create"], values) == [
        "snapshots/revert",
        "snapshots/delete",
        "snapshots/tree",
        "snapshots/uefi",
    ]
    assert "networks/static-lease" in built_on(course, steps["networks/nat"], values)
    assert built_on(course, steps["networks/port-forward"], values) == []


def test_whatever_a_check_looks_for_by_name_is_created_by_a_step() -> None:
    """What the course asks for and no step says it creates would be left behind."""
    course = load_course(None, "en")
    named = {word for step in course.steps for one in step.creates for word in one.words}
    asked = {
        spec.params[key]
        for spec in course.specs
        for key in ("domain", "network", "path")
        if key in spec.params
    }
    assert asked <= named


def test_only_gaps_are_looked_at_again() -> None:
    known = look(host(firewall=FIREWALL, entry=refusal(), program="/x", libvirt_inventory=HELD), THINGS)
    fake = host()
    again = look_again(fake, THINGS, known)
    assert {key.partition("[")[0] for key in fake.asked} == {"entry"}
    assert again["places"]["/f"]["there"] is False
    assert {**again, "places": {}} == {**known, "places": {}}


def test_libvirt_is_looked_at_once_it_is_there() -> None:
    known = look(host(), THINGS)
    assert known["absent"]
    assert look_again(host(), THINGS, known)["absent"]
    again = look_again(host(program="/x", libvirt_inventory=HELD), THINGS, known)
    assert again["started"] == {"default": {"active": True, "autostart": False}}
