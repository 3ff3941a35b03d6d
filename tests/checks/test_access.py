"""Who is let in, who is not, and why."""

from __future__ import annotations

from typing import Any

import pytest

import checks.access  # noqa: F401 - registers
from tests.checks.fake_host import judged, refusal
from tests.checks.test_groups import a_host as a_student
from tests.checks.test_services import DEBIAN, FEDORA, NONE, Units, dead, opened, service
from tests.checks.test_services import a_host as a_daemon
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.domains import domain_names
from tutor.host.question import Unobservable

NOBODY, CLOSED, REFUSED = opened(2), opened(13), opened(0, 94)
STOPPED = dead(DEBIAN)
JOIN = "sudo usermod -aG libvirt anna"


def a_host(voice: Any, units: Units, student: dict[str, Any]) -> dict[Any, Any]:
    return {
        **a_student("libvirt", **student),
        **a_daemon(units),
        connection(SYSTEM, "write"): voice,
        domain_names(SYSTEM): ["test-vm"],
    }


MEMBER, STALE, STRANGER = {"has": "libvirt", "session": "libvirt"}, {"has": "libvirt"}, {"has": ""}


@pytest.mark.parametrize(
    ("voice", "units", "student", "code", "fix"),
    [
        (opened(), DEBIAN, MEMBER, None, []),
        (opened(), DEBIAN, STRANGER, None, []),  # a polkit rule of the host's own
        (opened(), DEBIAN, {"uid": 0}, "run-as-root", []),
        (NOBODY, DEBIAN, {"uid": 0}, "run-as-root", []),
        (REFUSED, DEBIAN, STRANGER, "not-authorised", [JOIN]),
        (CLOSED, DEBIAN, STRANGER, "not-authorised", [JOIN]),
        (
            REFUSED,
            DEBIAN,
            {"members": None},
            "not-authorised",
            ["sudo groupadd --force --system libvirt", JOIN],
        ),
        (CLOSED, DEBIAN, {**STALE, "socket": 0o660}, "not-in-session", []),
        (CLOSED, DEBIAN, {**MEMBER, "socket": 0o600}, "refused-as-member", []),
        (REFUSED, DEBIAN, STALE, "refused-as-member", []),
        (NOBODY, STOPPED, MEMBER, "session-only", ["sudo systemctl start libvirtd"]),
        (NOBODY, STOPPED, STRANGER, "session-only", ["sudo systemctl start libvirtd", JOIN]),
        (opened(111), STOPPED, MEMBER, "session-only", ["sudo systemctl start libvirtd"]),
        (
            NOBODY,
            dead(FEDORA),
            MEMBER,
            "session-only",
            ["sudo systemctl start virtqemud virtnetworkd virtstoraged"],
        ),
        (NOBODY, service(DEBIAN, "active", "failed"), MEMBER, "session-only", []),
        (
            NOBODY,
            service(DEBIAN, "active", "activating/start"),
            MEMBER,
            "starting",
            ["sudo systemctl start libvirtd"],
        ),
    ],
)
def test_write_access(
    voice: Any, units: Units, student: dict[str, Any], code: str | None, fix: list[str]
) -> None:
    finding = judged("libvirt-write-access", a_host(voice, units, student), uri=SYSTEM)
    assert (finding.code, list(finding.fix)) == (code, fix)


def test_nothing_installed() -> None:
    finding = judged("libvirt-write-access", a_host(NOBODY, NONE, {"members": None}), uri=SYSTEM)
    assert finding.code == "not-installed"
    assert finding.fix[0] == "sudo apt-get install -y libvirt-daemon-system libvirt-clients"
    assert finding.fix[-1] == JOIN


def test_no_systemd_to_ask() -> None:
    host = {
        **a_host(NOBODY, STOPPED, MEMBER),
        **{key: refusal() for key in a_daemon({}) if "unit" in str(key)},
    }
    assert judged("libvirt-write-access", host, uri=SYSTEM).fix == ()


@pytest.mark.parametrize("unheard", [connection(SYSTEM, "write"), domain_names(SYSTEM)])
def test_what_could_not_be_asked_is_unknown(unheard: Any) -> None:
    host = {**a_host(opened(), DEBIAN, MEMBER), unheard: refusal("timed-out")}
    with pytest.raises(Unobservable, match="timed-out"):
        judged("libvirt-write-access", host, uri=SYSTEM)
