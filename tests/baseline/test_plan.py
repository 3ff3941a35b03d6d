"""What is taken away, what is not, and the words that say so."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from tests.baseline.world import RULE, VIRSH, after, domain, machine, network, place, planned, pool
from tutor.baseline.plan import Plan
from tutor.baseline.things import IMAGES, Thing

HOSTILE = "a 'b' $(reboot) \x1b[31m`x`"
VM = Thing("domain", ("vm",), "lesson/vm")
NET = Thing("network", ("net",), "lesson/net")
DISK = f"{IMAGES}/vm.qcow2"


def commands(plan: Plan) -> list[str]:
    return [one.command for one in plan.operations]


def why(plan: Plan) -> dict[str, str]:
    return {one.thing.render(str): one.why.render(str) for one in plan.refusals}


def holding(things: Any, **more: Any) -> Any:
    """A machine whose libvirt holds this."""
    return machine(things, libvirt={"domains": [], "networks": [], "pools": [], **more})


def test_a_domain_is_switched_off_and_forgotten_with_its_disk() -> None:
    now = holding([VM], domains=[domain("u1", "vm", active=True, disks=[DISK], files=[DISK])])
    now["places"][DISK] = place(identity="8:15")
    plan = planned(machine([VM]), now, [VM])
    flags = "--managed-save --snapshots-metadata --checkpoints-metadata --nvram"
    assert commands(plan) == [f"{VIRSH} destroy u1", f"{VIRSH} undefine u1 {flags}", f"sudo rm -f -- {DISK}"]
    assert not plan.refusals


def test_a_transient_domain_is_only_switched_off() -> None:
    now = holding([VM], domains=[domain("u1", "vm", active=True, persistent=False)])
    assert commands(planned(machine([VM]), now, [VM])) == [f"{VIRSH} destroy u1"]


def test_libvirt_takes_away_what_is_in_a_pool_of_its() -> None:
    pools = [pool("p", "other", active=True, volumes=[{"path": DISK, "backing": None}])]
    now = holding([VM], pools=pools)
    now["places"][DISK] = place()
    assert commands(planned(machine([VM]), now, [VM])) == [f"{VIRSH} vol-delete {DISK}"]


def test_the_same_name_with_another_uuid_is_another_domain() -> None:
    before = holding([VM], domains=[domain("old", "vm")])
    now = holding([VM], domains=[domain("new", "vm")])
    assert commands(planned(before, now, [VM]))[0].startswith(f"{VIRSH} undefine new ")


def test_what_was_there_is_refused_by_name_whatever_it_is_called_now() -> None:
    before = holding([VM], domains=[domain("old", "mine")])
    now = holding([VM], domains=[domain("old", "vm", active=True)])
    plan = planned(before, now, [VM])
    assert not plan.operations
    assert why(plan) == {"domain vm": "it was there before the course"}
    assert not plan.remains


def test_the_disks_beside_a_domain_that_was_there_are_its_own() -> None:
    before = holding([VM], domains=[domain("old", "vm")])
    now = holding([VM], domains=[domain("old", "vm")])
    now["places"][f"{IMAGES}/vm-1.qcow2"] = place()
    assert not planned(before, now, [VM]).operations


@pytest.mark.parametrize("unknown", ["libvirt", "place", "firewall", "line", "started", "pool", "entry"])
def test_what_could_not_be_seen_before_is_left(unknown: str) -> None:
    things = {
        "libvirt": VM,
        "place": Thing("file", ("/f",), "s/f"),
        "firewall": Thing("table", ("ip", "labb"), "s/t"),
        "line": Thing("line", ("/rc", "export X="), "s/l"),
        "started": Thing("started", ("default",), "s/d"),
        "pool": Thing("pool", ("images",), "s/p"),
        "entry": Thing("host-entry", ("default", "192.0.2.1", "vm"), "s/e"),
    }
    thing = things[unknown]
    entry = {"mac": "52:54:00:00:00:01", "name": "vm", "ip": "192.0.2.1"}
    now = holding(
        [thing],
        domains=[domain("u", "vm")],
        networks=[network("n", "default", active=True, autostart=True, live=[entry], kept=[entry])],
        pools=[pool("p", "images")],
    )
    now["firewall"] = {"tables": ["ip labb"], "rules": {}, "handles": {}}
    now["lines"] = {"/rc": {"there": True, "found": {"export X=": ["export X=1"]}, "more": True}}
    now["places"]["/f"] = place()
    before = machine([thing], libvirt=None, firewall=None)
    before["places"]["/f"] = place(there=None)
    plan = planned(before, now, [thing])
    assert not plan.operations
    assert len(plan.refusals) == 1
    assert "not known" in plan.refusals[0].why.render(str)
    assert plan.remains


def test_a_machine_without_libvirt_had_nothing_in_it() -> None:
    before = machine([VM], libvirt=None, absent=True)
    assert planned(before, holding([VM], domains=[domain("u", "vm")]), [VM]).operations


@pytest.mark.parametrize(
    "other",
    [
        domain("o", "other", files=[DISK]),
        domain("o", "other", files=["/elsewhere/vm.qcow2"]),
    ],
    ids=["by its name", "by another name of it"],
)
def test_a_file_that_another_domain_needs_stays(other: Any) -> None:
    now = holding([VM], domains=[domain("u", "vm", disks=[DISK], files=[DISK]), other])
    now["places"][DISK] = place(real="/elsewhere/vm.qcow2")
    plan = planned(machine([VM]), now, [VM])
    assert len(plan.operations) == 1
    assert why(plan) == {f"file {DISK}": "used by: other"}
    assert plan.remains


def test_a_file_that_another_disk_rests_on_stays() -> None:
    now = machine([VM], backing={"/pool/mine.qcow2": DISK})
    now["places"][DISK] = place()
    plan = planned(machine([VM]), now, [VM])
    assert why(plan) == {f"file {DISK}": "other disks rest on it: /pool/mine.qcow2"}


def test_where_that_cannot_be_seen_it_stays() -> None:
    now = machine([VM], unclear=["/root/secret.img"])
    now["places"][DISK] = place()
    plan = planned(machine([VM]), now, [VM])
    assert not plan.operations
    assert "/root/secret.img" in why(plan)[f"file {DISK}"]


def test_a_disk_elsewhere_is_named_and_stays() -> None:
    now = holding(
        [VM], domains=[domain("u", "vm", disks=["/home/me/thesis.img"], files=["/home/me/thesis.img"])]
    )
    plan = planned(machine([VM]), now, [VM])
    assert "file /home/me/thesis.img" in why(plan)
    assert all("thesis" not in command for command in commands(plan))


def test_a_folder_in_a_files_place_stays() -> None:
    now = machine([VM])
    now["places"][DISK] = place(kind="directory", names=[])
    assert not planned(machine([VM]), now, [VM]).operations


def test_a_network_that_another_domain_is_on_stays() -> None:
    now = holding(
        [NET], networks=[network("n", "net", active=True)], domains=[domain("o", "other", networks=["net"])]
    )
    plan = planned(machine([NET]), now, [NET])
    assert not plan.operations
    assert why(plan) == {"network net": "used by: other"}


def test_default_is_as_it_was() -> None:
    thing = Thing("started", ("default",), "s/d")
    before = machine([thing], started={"default": {"active": False, "autostart": False}})
    now = holding([thing], networks=[network("n", "default", active=True, autostart=True)])
    assert commands(planned(before, now, [thing])) == [
        f"{VIRSH} net-autostart --disable n",
        f"{VIRSH} net-destroy n",
    ]
    before["started"]["default"] = {"active": True, "autostart": True}
    assert not planned(before, now, [thing]).operations


def test_default_is_not_stopped_under_a_running_guest() -> None:
    thing = Thing("started", ("default",), "s/d")
    before = machine([thing], started={"default": {"active": False, "autostart": False}})
    guest = domain("o", "other", active=True, networks=["default"])
    now = holding([thing], networks=[network("n", "default", active=True)], domains=[guest])
    plan = planned(before, now, [thing])
    assert not plan.operations
    assert why(plan) == {"network default, running": "used by: other"}


def test_entries_go_one_by_one_and_others_stay() -> None:
    thing = Thing("host-entry", ("default", "192.168.122.50", "vm-nat"), "s/e")
    mine = {"mac": "52:54:00:00:00:01", "name": "mine", "ip": "192.168.122.9"}
    course = {"mac": "52:54:00:00:00:02", "name": "a'b", "ip": "192.168.122.50"}
    networks = [network("n", "default", active=True, live=[mine, course], kept=[mine, course])]
    before = holding([thing], networks=[network("n", "default", kept=[mine])])
    plan = planned(before, holding([thing], networks=networks), [thing])
    assert [shlex.split(one)[-2:] for one in commands(plan)] == [["--live", "--config"]]
    assert (
        shlex.split(commands(plan)[0])[-3]
        == '<host mac="52:54:00:00:00:02" name="a\'b" ip="192.168.122.50"/>'
    )


def test_an_entry_in_one_book_alone_goes_from_that_one() -> None:
    thing = Thing("host-entry", ("default", "192.168.122.50", "vm-nat"), "s/e")
    course = {"mac": "52:54:00:00:00:02", "name": "vm-nat", "ip": "192.168.122.50"}
    before = holding([thing], networks=[network("n", "default")])
    for book, flag in (("live", "--live"), ("kept", "--config")):
        now = holding([thing], networks=[network("n", "default", active=True, **{book: [course]})])
        assert [shlex.split(one)[-1] for one in commands(planned(before, now, [thing]))] == [flag]


def test_as_many_rules_go_as_were_added() -> None:
    thing = Thing("rule", tuple(RULE.split(" ", 1)), "s/r")
    before = machine([thing], firewall={"tables": [], "rules": {RULE: 1}, "handles": {}})
    now = machine([thing], firewall={"tables": [], "rules": {RULE: 3}, "handles": {}})
    plan = planned(before, now, [thing])
    assert commands(plan) == [f"sudo iptables -w -D {RULE.partition(' ')[2]}"] * 2
    assert len({one.key for one in plan.operations}) == 2


def test_a_rule_of_nftables_goes_by_its_number() -> None:
    name = "nft ip libvirt_network forward oifname virbr0 ct status dnat counter accept"
    thing = Thing("rule", tuple(name.split(" ", 1)), "s/r")
    now = machine([thing], firewall={"tables": [], "rules": {name: 2}, "handles": {name: [9, 4]}})
    before = machine([thing], firewall={"tables": [], "rules": {name: 1}, "handles": {name: [4]}})
    assert commands(planned(before, now, [thing])) == [
        "sudo nft delete rule ip libvirt_network forward handle 9"
    ]


def test_a_line_goes_and_only_that_line(tmp_path: Any) -> None:
    import subprocess

    beginning = "export LIBVIRT_DEFAULT_URI="
    line = beginning + r'"qemu:///system" # [a]*\.^$ / é'
    path = tmp_path / HOSTILE.replace("/", "")
    others = ["export LIBVIRT_DEFAULT_URI=mine", "# " + line, line + " ", "x"]
    path.write_text("\n".join([others[0], line, *others[1:], ""]))
    thing = Thing("line", (str(path), beginning), "s/l")
    found = {beginning: [others[0], line, line + " "]}
    now = machine([thing], lines={str(path): {"there": True, "found": found, "more": True}})
    old = {beginning: [others[0], line + " "]}
    before = machine([thing], lines={str(path): {"there": True, "found": old, "more": True}})
    plan = planned(before, now, [thing])
    assert len(plan.operations) == 1
    subprocess.run(["sh", "-c", plan.operations[0].command], check=True)
    assert path.read_text().split("\n") == [*others, ""]


def test_a_file_that_holds_that_line_alone_goes_with_it() -> None:
    thing = Thing("line", ("/rc", "set X"), "s/l")
    now = machine([thing], lines={"/rc": {"there": True, "found": {"set X": ["set X 1"]}, "more": False}})
    before = machine([thing], lines={"/rc": {"there": False, "found": {"set X": []}, "more": False}})
    assert commands(planned(before, now, [thing])) == ["rm -f -- /rc"]


def test_a_folder_goes_when_it_will_be_empty() -> None:
    things = [Thing("file", ("/d/f",), "s/f"), Thing("folder", ("/d",), "s/f")]
    now = machine(things)
    now["places"].update({"/d/f": place(), "/d": place(kind="directory", names=["f"])})
    assert commands(planned(machine(things), now, things)) == ["sudo rm -f -- /d/f", "sudo rmdir -- /d"]
    now["places"]["/d"] = place(kind="directory", names=["f", "mine"])
    assert commands(planned(machine(things), now, things)) == ["sudo rm -f -- /d/f"]


@pytest.mark.parametrize("name", ["-rf", "a b", "a'b", 'a"b', "$(reboot)", "`x`", "a;b", "a\nb", "*"])
def test_hostile_names_stay_one_word(name: str) -> None:
    path = f"{IMAGES}/{name}"
    things = [Thing("file", (path,), "s/f"), Thing("domain", (name,), "s/d"), Thing("pool", (name,), "s/p")]
    things.append(Thing("snapshot", ("stays", name), "s/s"))
    snapshots = [{"name": name, "parent": None}]
    before = holding(things, domains=[domain("u0", "stays")])
    now = holding(
        things,
        domains=[domain("u0", "stays", snapshots=snapshots), domain("u", name, active=True)],
        pools=[pool("p", name, active=True)],
    )
    now["places"][path] = place()
    now["places"][f"{IMAGES}/{name}.qcow2"] = place(removable=True)
    for operation in planned(before, now, things).operations:
        words = shlex.split(operation.command)
        assert "reboot" not in [word.strip("$()`;") for word in words if word not in (path, name)]
        after(operation, now)
        if "rm" in words:
            assert words[words.index("rm") :][1:3] == ["-f", "--"]
            assert words[-1].startswith(IMAGES)


def test_packages_and_groups_are_named_and_kept() -> None:
    things = [Thing("package", ("nftables",), "s/p"), Thing("group", ("libvirt",), "s/p")]
    now = machine(things, packages=["nftables"], groups=["libvirt"])
    plan = planned(machine(things), now, things)
    assert [one.commands[0] for one in plan.kept] == [
        "sudo apt-get remove --autoremove nftables",
        'sudo gpasswd -d "$USER" libvirt',
    ]
    assert not plan.remains
    assert not planned(now, now, things).kept
