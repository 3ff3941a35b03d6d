"""Membership: configured, and had by the session."""

from __future__ import annotations

from typing import Any

import pytest

import checks.groups  # noqa: F401 - registers
from tests.checks.fake_host import judged
from tutor.host.files import file_status
from tutor.host.libvirt.connection import SYSTEM_SOCKETS
from tutor.host.programs import program
from tutor.host.users import group, user

GID = 118


def a_host(
    name: str,
    *,
    has: str = "",
    session: str = "",
    members: str | None = "",
    socket: int | None = 0o666,
    uid: int = 1000,
) -> dict[Any, Any]:
    """A student with configured and session groups; ``members`` None: no such group; the socket's mode."""
    me = {"name": "anna", "uid": uid, "shell": "", "sudo_user": None}
    status = {
        "path": "",
        "kind": "socket",
        "uid": 0,
        "gid": GID,
        "size": 0,
        "readable": True,
        "writable": True,
    }
    return {
        user(): {**me, "groups": ["anna", *has.split()], "session_groups": ["anna", *session.split()]},
        group(name): None if members is None else {"name": name, "gid": GID, "members": members.split()},
        file_status(SYSTEM_SOCKETS[0]): None,
        file_status(SYSTEM_SOCKETS[1]): None if socket is None else {**status, "mode": socket},
        program("libvirtd"): "/usr/sbin/libvirtd",
    }


@pytest.mark.parametrize(
    ("changes", "code", "fix"),
    [
        ({"has": "kvm", "session": "kvm"}, None, []),
        ({"has": "kvm"}, None, []),
        ({"session": "kvm"}, "not-a-member", ["sudo usermod -aG kvm anna"]),
        ({"members": "bertil"}, "another-user-added", ["sudo usermod -aG kvm anna"]),
        ({"members": "anna2"}, "another-user-added", ["sudo usermod -aG kvm anna"]),
        (
            {"members": None},
            "group-missing",
            ["sudo groupadd --force --system kvm", "sudo usermod -aG kvm anna"],
        ),
        ({"has": "kvm", "uid": 0}, "run-as-root", []),
    ],
)
def test_group_member(changes: dict[str, Any], code: str | None, fix: list[str]) -> None:
    finding = judged("group-member", a_host("kvm", **changes), group="kvm")
    assert (finding.code, list(finding.fix)) == (code, fix)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"has": "kvm", "session": "kvm"}, None),
        ({"session": "kvm"}, None),
        ({"has": "kvm", "session": "sudo"}, "not-in-session"),
        ({"has": "kvm", "session": "kvm", "uid": 0}, "run-as-root"),
    ],
)
def test_group_in_session(changes: dict[str, Any], code: str | None) -> None:
    finding = judged("group-in-session", a_host("kvm", **changes), group="kvm")
    assert (finding.code, finding.fix) == (code, ())


@pytest.mark.parametrize(
    ("changes", "code", "note"),
    [
        ({"has": "libvirt", "session": "libvirt"}, None, False),
        ({"has": "libvirt", "session": "libvirt", "socket": 0o660}, None, False),
        ({"has": "libvirt"}, None, True),
        ({"has": "libvirt", "socket": 0o777}, None, True),
        ({"has": "libvirt", "socket": None}, None, True),
        ({"has": "libvirt", "socket": 0o660}, "not-in-session", False),
        ({"session": "libvirt"}, "not-a-member", False),
        ({"members": "bertil"}, "another-user-added", False),
        ({"members": None}, "group-missing", False),
        ({"has": "libvirt", "uid": 0}, "run-as-root", False),
    ],
)
def test_libvirt_group(changes: dict[str, Any], code: str | None, note: bool) -> None:
    finding = judged("libvirt-group", a_host("libvirt", **changes), group="libvirt")
    assert (finding.code, finding.note is not None) == (code, note)


def test_a_socket_of_another_group_decides_nothing() -> None:
    """0660 root:root lets in neither the old session nor the new: no reason to log in again."""
    host = a_host("libvirt", has="libvirt", socket=0o660)
    host[group("libvirt")] = {"name": "libvirt", "gid": GID + 1, "members": ["anna"]}
    assert judged("libvirt-group", host, group="libvirt").code is None


def test_names_are_quoted_in_commands() -> None:
    finding = judged("group-member", a_host("my group", members=None), group="my group")
    assert finding.fix[0] == "sudo groupadd --force --system 'my group'"
