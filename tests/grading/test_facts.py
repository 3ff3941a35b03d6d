"""What a document says of the machine: libvirt's firewall, as far as it can be told without rights."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.fake_host import FakeHost, refusal
from tutor.course.records import SUBJECTS
from tutor.grading.facts import host_facts
from tutor.host.files import file_text
from tutor.host.kernel import system
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.network_conf import NETWORK_CONF, telling
from tutor.host.programs import program

NEW, OLD, BEFORE = 11_003_000, 10_003_000, 9_000_000

#: As Debian 13's package ships it, shortened.
DEBIAN = """
# firewall_backend:
#     iptables - use iptables commands to construct the firewall
#     nftables - use nft commands to construct the firewall
#
#     [iptables, nftables]
#
#firewall_backend = "iptables"
"""
FEDORA = DEBIAN.replace("[iptables, nftables]", "[nftables, iptables]")
NFTABLES = f'{DEBIAN}firewall_backend = "nftables"\n'


def firewall(version: int, conf: Any, *missing: str) -> str | None:
    """The fact, on a machine without these programs where network.conf holds ``conf`` (None: no file)."""
    opened = {"open": True, "code": 0, "errno": 0, "libvirt": version, "hypervisor": 0}
    there = conf if conf is None or not isinstance(conf, str) else {"path": NETWORK_CONF, "text": conf}
    answers: dict[Any, Any] = {
        connection(SYSTEM, "read"): opened,
        system(): refusal(),
        "file": None,
        "cpu": refusal(),
        file_text(NETWORK_CONF): there,
        **{program(name): None if name in missing else f"/sbin/{name}" for name in ("iptables", "nft")},
    }
    return host_facts(FakeHost(answers), SUBJECTS).firewall


@pytest.mark.parametrize(
    ("version", "conf", "missing", "expected"),
    [
        (BEFORE, refusal(), (), "iptables"),  # the file is not asked for
        (OLD, refusal(), (), "iptables"),
        (0, DEBIAN, (), None),  # nobody answered
        (NEW, DEBIAN, (), "iptables"),
        (NEW, DEBIAN, ("nft",), "iptables"),
        (NEW, DEBIAN, ("iptables",), "nftables"),
        (NEW, DEBIAN, ("iptables", "nft"), None),
        (NEW, FEDORA, (), "nftables"),
        (NEW, FEDORA, ("nft",), "iptables"),
        (NEW, NFTABLES, (), "nftables"),
        (NEW, f"firewall_backend='iptables'\n{FEDORA}", (), "iptables"),
        (NEW, "firewall_backend = 'nftables'\nfirewall_backend = 'iptables'\n", (), "nftables"),
        (NEW, "# nothing here tells\n", (), None),
        (NEW, "firewall_backend = 'other'\n", (), None),
        (NEW, None, (), None),
        (NEW, refusal("not-permitted"), (), None),
    ],
)
def test_libvirts_firewall(version: int, conf: Any, missing: tuple[str, ...], expected: str | None) -> None:
    assert firewall(version, conf, *missing) == expected


@pytest.mark.parametrize("conf", [DEBIAN, FEDORA, NFTABLES, "", f"password = 'x'\n{NFTABLES}"])
def test_what_is_handed_in_tells_the_same(conf: str) -> None:
    left = telling(conf)
    assert firewall(NEW, left) == firewall(NEW, conf)
    assert "password" not in left
    assert len(left.splitlines()) <= 2
