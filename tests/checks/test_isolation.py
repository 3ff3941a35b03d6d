"""The isolated network: how it is defined, and whether anything gets out of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import checks.isolation
import checks.sealing  # noqa: F401 - registers
from tests.checks.fake_host import FakeHost, judged, refusal
from tests.checks.rulesets import ACCEPT, a_host, chain, dnat, dport, forward, match, name_is, prerouting
from tutor.grading.registry import REGISTRY
from tutor.host.files import file_text
from tutor.host.firewall import firewall
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.network_conf import NETWORK_CONF
from tutor.host.libvirt.networks import network, network_names
from tutor.host.links import links
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed, parse

NET = "isolerat-natverk"
PARAMS = {
    "bridge": "virbr1",
    "address": "192.168.50.1",
    "prefix": 24,
    "start": "192.168.50.100",
    "end": "192.168.50.254",
}
BRIDGE = "<bridge name='virbr1' stp='on' delay='0'/>"
RANGE = "<range start='192.168.50.100' end='192.168.50.254'/>"
IP = f"<ip address='192.168.50.1' netmask='255.255.255.0'><dhcp>{RANGE}</dhcp></ip>"
VIRSH = "virsh -c qemu:///system"


def xml(content: str = BRIDGE + IP) -> str:
    return f"<network><name>{NET}</name><uuid>u</uuid>{content}</network>"


def with_network(
    live: str = "", kept: str = "", rules: list[Any] | None = None, **changes: Any
) -> dict[Any, Any]:
    """A machine with the isolated network, and libvirt's rules for it."""
    right = {"name": NET, "uuid": "u", "active": True, "persistent": True, "autostart": True, **changes}
    return {
        **a_host(*([forward()] if rules is None else rules)),
        network_names(SYSTEM): [NET],
        network(SYSTEM, NET): {**right, "xml": live or xml(), "inactive_xml": kept or xml()},
    }


def settings_of(host: dict[Any, Any]) -> Any:
    return judged("network-isolated", host, network=NET, **PARAMS)


def sealed(host: dict[Any, Any]) -> Any:
    return judged("network-sealed", host, network=NET)


WRONG = {
    f"<forward/>{BRIDGE}{IP}": "forwards",
    f"<forward mode='route'/>{BRIDGE}{IP}": "forwards",
    IP: "wrong-bridge",
    f"<bridge name='virbr0'/>{IP}": "wrong-bridge",
    f"<bridge name='virbr1' stp='off'/>{IP}": "stp-off",
    f"<bridge name='virbr1' delay='2'/>{IP}": "wrong-delay",
    BRIDGE: "wrong-address",
    BRIDGE + IP.replace("50.1'", "50.2'"): "wrong-address",
    BRIDGE + IP.replace("255.255.255.0", "255.255.0.0"): "wrong-address",
    BRIDGE + IP.replace(RANGE, ""): "no-dhcp",
    BRIDGE + IP.replace(".254", ".200"): "wrong-range",
    BRIDGE + IP.replace(RANGE, RANGE * 2): "wrong-range",
    BRIDGE + IP.replace("192.168.50.254", "192.168.51.254"): "range-outside",
    BRIDGE + IP.replace("192.168.50.254", "x"): "range-outside",
}


@pytest.mark.parametrize("content", WRONG)
def test_the_definition(content: str) -> None:
    finding = settings_of(with_network(xml(content), xml(content)))
    assert finding.code == WRONG[content]
    stop, define = finding.fix[0].split("; ", 1)
    assert (stop, define.rpartition(" && ")[2]) == (f"{VIRSH} net-destroy {NET}", f"{VIRSH} net-start {NET}")
    restarted = settings_of(with_network(live=xml(content)))
    assert (restarted.code, restarted.fix) == (
        "restart-needed",
        (f"{VIRSH} net-destroy {NET}; {VIRSH} net-start {NET}",),
    )


@pytest.mark.parametrize("content", [BRIDGE + IP, f"<forward mode='none'/><bridge name='virbr1'/>{IP}"])
def test_right(content: str) -> None:
    assert settings_of(with_network(xml(content), xml(content))).code is None


def test_of_a_stopped_network_only_the_definition_is_changed() -> None:
    wrong = xml(IP)
    (command,) = settings_of(with_network(wrong, wrong, active=False)).fix
    assert command.endswith(f"| {VIRSH} net-define /dev/stdin")
    written = command[command.index("<") : command.rindex(">") + 1]
    assert settings_of(with_network(written, written)).code is None
    assert parse(written).findtext("uuid") == "u"


def test_a_bridge_of_another_networks_is_for_a_person_to_decide() -> None:
    host = with_network(xml(IP), xml(IP))
    host[network_names(SYSTEM)] = ["annat", NET]
    host[network(SYSTEM, "annat")] = {**host[network(SYSTEM, NET)], "xml": xml(), "inactive_xml": xml()}
    finding = settings_of(host)
    assert (finding.code, finding.fix) == ("wrong-bridge", ())
    assert _remedy(host) == ()
    for answer in (None, refusal()):
        assert _remedy({**host, network(SYSTEM, "annat"): answer})[0].startswith(f"{VIRSH} net-uuid {NET} ")


def _remedy(host: dict[Any, Any]) -> tuple[str, ...]:
    found = REGISTRY.get("network-isolated")
    assert found is not None
    assert found.remedy is not None
    return tuple(found.remedy(FakeHost(host), network=NET, **PARAMS))


FROM = name_is("iifname", "virbr1")
FILTER = "sudo nft delete rule ip filter FORWARD handle"
ONCE = "sudo systemctl restart libvirtd"
RESTART = f"{ONCE} && virsh -c qemu:///system net-list && sudo systemctl reset-failed libvirtd && {ONCE}"


@pytest.mark.parametrize(
    ("rules", "code", "fix"),
    [
        ([forward()], None, []),
        ([forward([FROM, ACCEPT])], "leaves", [f"{FILTER} 1"]),
        (
            [
                forward(
                    [
                        match(
                            {"payload": {"protocol": "ip", "field": "saddr"}},
                            {"prefix": {"addr": "192.168.50.0", "len": 24}},
                        ),
                        ACCEPT,
                    ],
                    [FROM, ACCEPT],
                )
            ],
            "leaves",
            [f"{FILTER} 1", f"{FILTER} 2"],
        ),
        ([], "nothing-refuses", [RESTART]),
        (
            [chain(("ip", "filter", "FORWARD"), [FROM, ACCEPT], type="filter", hook="forward", prio=0)],
            "nothing-refuses",
            [f"{FILTER} 1", RESTART],
        ),
        (
            [forward(), chain(("ip", "own", "f"), [ACCEPT], type="filter", hook="forward", prio=-10)],
            None,
            [],
        ),
    ],
)
def test_sealed(rules: list[Any], code: str | None, fix: list[str]) -> None:
    finding = sealed({**with_network(rules=rules), "unit": refusal()})
    assert (finding.code, list(finding.fix)) == (code, fix)


@pytest.mark.parametrize(
    ("version", "conf", "fix"),
    [
        (9_000_000, None, ONCE),
        (11_003_000, 'firewall_backend = "iptables"', ONCE),
        (11_003_000, 'firewall_backend = "nftables"', RESTART),
        (11_003_000, "", RESTART),  # nobody can tell
    ],
)
def test_rules_of_nftables_are_written_twice(version: int, conf: str | None, fix: str) -> None:
    """By the first restart libvirt may take away the rules that it has just written for another network."""
    seen: dict[Any, Any] = {
        connection(SYSTEM, "read"): {
            "open": True,
            "code": 0,
            "errno": 0,
            "libvirt": version,
            "hypervisor": 0,
        },
        file_text(NETWORK_CONF): None if conf is None else {"path": NETWORK_CONF, "text": conf},
    }
    finding = sealed({**with_network(rules=[]), "unit": refusal(), **seen})
    assert (finding.code, list(finding.fix)) == ("nothing-refuses", [fix])


def test_sealed_where_nothing_is_forwarded_at_all() -> None:
    host = {
        **with_network(rules=[]),
        **{key: "0" for key in a_host() if getattr(key, "source", "") == "sysctl"},
    }
    assert sealed(host).code is None


def test_a_network_that_forwards_is_not_mended_by_deleting_libvirts_rules() -> None:
    live = xml(f"<forward/>{BRIDGE}{IP}")
    finding = sealed(with_network(live, live, rules=[forward([FROM, ACCEPT])]))
    assert (finding.code, finding.fix) == ("leaves", ())


def test_a_port_forward_from_there_is_noted() -> None:
    let_in = [name_is("oifname", "virbr0"), match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT]
    rules = [forward(let_in), prerouting([dport(2222), dnat()])]
    finding = sealed(with_network(rules=rules))
    assert finding.code is None
    assert finding.note is not None


def test_a_bridge_that_was_deleted() -> None:
    host = with_network()
    host[links()] = host[links()][:-1]
    finding = sealed(host)
    assert finding.code == "bridge-missing"
    assert finding.fix


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refusal("not-permitted"), "not-permitted"),
        (a_host(legacy=("filter",))[firewall()], "legacy-iptables"),
        (
            a_host(forward([{"xt": {"type": "match", "name": "u32"}}, ACCEPT]))[firewall()],
            "unknown-construct",
        ),
    ],
)
def test_sealed_unknown(answer: Any, reason: str) -> None:
    with pytest.raises(Unobservable) as raised:
        sealed({**with_network(), firewall(): answer})
    assert raised.value.reason == reason


@given(st.text() | st.sampled_from([*WRONG, "<network/>", xml("<bridge/><ip/>"), xml("<ip address='x'/>")]))
def test_whatever_a_recording_holds_is_answered_or_unknown(content: str) -> None:
    """Malformed XML is unknown too: the runner says where it is malformed."""
    for host in (with_network(content), with_network(kept=content)):
        for check in (settings_of, sealed):
            try:
                check(host)
            except (Unobservable, NotWellFormed):
                continue
