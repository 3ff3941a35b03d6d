"""Users and groups: as configured, and as this login session has them."""

from __future__ import annotations

import grp
import os
import pwd

from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

USERS, GROUPS = "/etc/passwd", "/etc/group"


class User(TypedDict):
    """The user who runs the tool.

    ``groups`` are those of the user database, ``session_groups`` those this process has;
    ``sudo_user`` is who called sudo, where someone did.
    """

    name: str
    uid: int
    shell: str
    groups: list[str]
    session_groups: list[str]
    sudo_user: str | None


class Group(TypedDict):
    """A group of the user database, with the members it lists by name."""

    name: str
    gid: int
    members: list[str]


def user() -> Question[User]:
    """Who runs the tool."""
    return Question("user", User)


def group(name: str) -> Question[Group | None]:
    """The group of that name; None where there is none."""
    return Question("group", Group | None, (name,))  # type: ignore[arg-type]


@source("user", by="getpwuid(3), getgrouplist(3), getgroups(2)", waits=True)
def look_at_user(machine: Machine) -> User:
    """See :func:`user`."""
    uid = os.getuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        _must_be_readable(USERS)
        raise Unobservable(
            "no-such-user", text("user id {uid} is not in the user database", uid=uid)
        ) from None
    return {
        "name": entry.pw_name,
        "uid": uid,
        "shell": entry.pw_shell,
        "groups": _names(os.getgrouplist(entry.pw_name, entry.pw_gid)),
        "session_groups": _names([*os.getgroups(), os.getgid()]),
        "sudo_user": machine.environ.get("SUDO_USER") if uid == 0 else None,
    }


@source("group", by="getgrnam(3)", waits=True)
def look_at_group(_machine: Machine, name: str) -> Group | None:
    """See :func:`group`."""
    try:
        entry = grp.getgrnam(name)
    except (KeyError, ValueError):
        _must_be_readable(GROUPS)
        return None
    return {"name": entry.gr_name, "gid": entry.gr_gid, "members": sorted(entry.gr_mem)}


def _must_be_readable(path: str) -> None:
    """The C library says the same of what is not in a database and of one that it may not read."""
    if os.access(path, os.F_OK) and not os.access(path, os.R_OK):
        raise Unobservable("not-permitted", text("{path} may not be read by this user", path=path))


def _names(gids: list[int]) -> list[str]:
    return sorted({_name(gid) for gid in gids})


def _name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
