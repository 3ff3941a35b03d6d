"""What will be tried: names, subnets, definitions. That it is undone, machines show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.fake_host import FakeHost
from tests.doctor.test_networks import link, machine, net, route
from tests.doctor.world import NEEDS, STUDENT
from tutor.doctor.trial import marks, xml
from tutor.doctor.trial.plan import Plan, make_plan
from tutor.host.question import Unobservable
from tutor.host.xml import parse

PLAN: Plan = {
    "uid": 1000,
    "arch": "x86_64",
    "kvm": False,
    "bridge": "tutor3e8",
    "address": "192.168.254.1/28",
    "images": "/var/lib/libvirt/images",
    "system": True,
}


def plan(answers: dict[Any, Any]) -> Plan:
    more: dict[Any, Any] = {"user": STUDENT, "cpu": {"arch": "x86_64", "vendor": "", "flags": []}}
    return make_plan(FakeHost({**answers, **more}), NEEDS, system_mode=True)


def test_marks_are_a_users_own_and_stay_the_same() -> None:
    assert marks.name(1000) == "tutor-doctor-1000"
    assert marks.mark("guest", 1000) == marks.mark("guest", 1000)
    every = {marks.mark(kind, uid) for kind in ("guest", "network", "pool") for uid in (1000, 1001)}
    assert len(every) == 6


@pytest.mark.parametrize("uid", [0, 1000, 2**32 - 2])
def test_a_bridges_name_fits_the_kernel_and_is_free(uid: int) -> None:
    first = marks.bridge(uid, set())
    second = marks.bridge(uid, {first})
    assert first != second
    assert len(second) <= 15


def test_the_subnet_is_nobody_elses() -> None:
    taken = [route("192.168.254.0/25", "tun0"), route("0.0.0.0/0", "eth0")]
    answers = machine(
        taken, [link("eth0", "192.168.254.130/28", "fd00::1/64")], net("x", "virbr9", "192.168.254.145")
    )
    assert plan(answers)["address"] == "192.168.221.1/28"


def test_where_every_subnet_is_taken_nothing_is_tried() -> None:
    taken = [route(one, "tun0") for one in ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12")]
    with pytest.raises(Unobservable, match="no-free-subnet"):
        plan(machine(taken, []))


def test_definitions_bear_name_and_mark() -> None:
    network, guest, pool = (
        parse(one)
        for one in (xml.network(PLAN), xml.guest(PLAN, "qemu", "/a&b", networked=True), xml.pool(PLAN))
    )
    for root, kind in ((network, "network"), (guest, "guest"), (pool, "pool")):
        assert root.findtext("name") == marks.name(1000)
        assert root.findtext("uuid") == marks.mark(kind, 1000)
    own = network.find("ip")
    assert own is not None
    assert f"{own.get('address')}/{own.get('prefix')}" == PLAN["address"]
    source = guest.find("devices/disk/source")
    assert source is not None
    assert source.get("file") == "/a&b"


def test_a_guest_does_without_what_could_not_be_made() -> None:
    guest = parse(xml.guest(PLAN, "kvm", None, networked=False))
    assert guest.get("type") == "kvm"
    assert not list(guest.findall("devices/*"))
