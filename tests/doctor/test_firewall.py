"""Libvirt's rules, and whether guests get out through them."""

from __future__ import annotations

from typing import Any

from tests.checks.rulesets import DROP, a_host, chain, forward
from tests.doctor.test_networks import net
from tests.doctor.world import ask, codes, fixes
from tutor.doctor.findings import Health
from tutor.host.firewall import firewall
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network

OTHER = ("inet", "lab", "forward")


def machine(*chains: list[dict[str, Any]], **more: Any) -> dict[Any, Any]:
    default = net("default", "virbr0", "192.168.122.1")
    return {**a_host(*chains, **more), network(SYSTEM, "default"): default}


def base(name: tuple[str, str, str], *rules: list[Any], policy: str = "accept") -> list[dict[str, Any]]:
    return chain(name, *rules, type="filter", hook="forward", prio=10, policy=policy)


def test_guests_get_out_through_libvirts_own_rules() -> None:
    assert codes("way-out", machine(forward())) == []
    assert codes("way-out", machine()) == []


def test_another_firewall_that_drops() -> None:
    dropping = machine(forward(), base(OTHER, policy="drop"))
    assert codes("way-out", dropping) == ["guests-cut-off"]
    assert fixes("way-out", dropping) == [
        "sudo nft insert rule inet lab forward iifname virbr0 accept",
        "sudo nft insert rule inet lab forward oifname virbr0 ct state established,related accept",
    ]


def test_a_rule_of_iptables_that_drops() -> None:
    dropping = machine(forward([DROP]))
    assert codes("way-out", dropping) == ["guests-cut-off"]
    first, second = fixes("way-out", dropping)
    assert first == "sudo iptables -I FORWARD -i virbr0 -j ACCEPT"
    assert second.startswith("sudo iptables -I FORWARD -o virbr0 ")


def test_docker_has_a_chain_for_it() -> None:
    docker = chain(("ip", "filter", "DOCKER-USER"))
    assert fixes("way-out", machine(forward([DROP]), docker))[0].startswith("sudo iptables -I DOCKER-USER ")


def test_ufw_has_a_command_for_it() -> None:
    ufw = chain(("ip", "filter", "ufw-user-forward"))
    assert fixes("way-out", machine(forward([DROP]), ufw))[0] == "sudo ufw route allow in on virbr0"


def test_forwarding_turned_off() -> None:
    off = machine(forward(), forwarding="0")
    assert codes("way-out", off) == ["forwarding-off"]
    assert fixes("way-out", off) == ["sudo sysctl -w net.ipv4.ip_forward=1"]


def test_what_hangs_on_something_unknown_is_unknown() -> None:
    strange = machine(forward(), base(OTHER, [{"xt": {"type": "match", "name": "geoip"}}, DROP]))
    assert ask("way-out", strange).health is Health.UNKNOWN


def test_rules_of_the_legacy_iptables_are_not_seen() -> None:
    assert ask("way-out", machine(forward(), legacy=("filter",))).health is Health.UNKNOWN


def with_rule(name: str, rule: str) -> dict[Any, Any]:
    own = ("ip", "filter", name)
    found = machine(chain(own, [{"accept": None}]))
    text = f"table ip filter {{\n\tchain {name} {{\n\t\t{rule} # handle 1\n\t}}\n}}\n"
    return {**found, firewall(): {**found[firewall()], "text": text}}


def test_libvirts_rules() -> None:
    assert codes("libvirt-rules", machine(forward())) == ["rules-flushed"]
    assert codes("libvirt-rules", with_rule("LIBVIRT_FWO", 'iifname "virbr0" accept')) == []
    assert codes("libvirt-rules", with_rule("LIBVIRT_FWO", 'iifname "virbr01" accept')) == ["rules-flushed"]
    assert codes("libvirt-rules", with_rule("MINE", 'iifname "virbr0" accept')) == ["rules-flushed"]
