"""Membership in groups: configured, and had by this login session."""

from __future__ import annotations

from shlex import quote

from checks.services import install_daemon
from tutor.grading.finding import failed, passed, unknown
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import FileStatus, file_status
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM_SOCKETS
from tutor.host.users import User, group, user
from tutor.text import Text, text

_LOG_IN_AGAIN = text("Log out and in again (or start the machine again), then check once more.")


@check("group-member")
def group_member(host: Host, *, group: str) -> Finding:
    """You are a member of the group {group}."""
    return not_the_student(host) or _membership(host, group) or passed(_groups(host.ask(user())))


@check("group-in-session")
def group_in_session(host: Host, *, group: str) -> Finding:
    """This login session has the group {group}."""
    me = host.ask(user())
    if wrong := not_the_student(host):
        return wrong
    if group in me["session_groups"]:
        return passed(text("groups of this session: {groups}", groups=", ".join(me["session_groups"])))
    return _not_in_session(me)


@check("libvirt-group")
def libvirt_group(host: Host, *, group: str) -> Finding:
    """You are a member of the group {group}, which may use the system's libvirt."""
    me = host.ask(user())
    why = text("Membership in {group} is what lets you work without root.", group=group)
    wrong = not_the_student(host) or _membership(host, group, install_daemon(host), why)
    if wrong:
        return wrong
    if group in me["session_groups"]:
        return passed(_groups(me))
    if socket_decides(host, group):
        return _not_in_session(me)
    note = text(
        "this session does not have the group yet; libvirt here asks the user database, so it works already"
    )
    return passed(_groups(me), note=note)


def not_the_student(host: Host) -> Finding | None:
    """Root's groups, shell and access say nothing about the student."""
    if host.ask(user())["uid"] != 0:
        return None
    return unknown(
        "run-as-root",
        text("root may do anything, which says nothing about the student"),
        hint=text("Run tutor as the student, without sudo."),
    )


def join(host: Host, name: str) -> tuple[str, ...]:
    """The commands that make this user a member of a group, which is made where it is missing."""
    create = () if host.ask(group(name)) else (f"sudo groupadd --force --system {quote(name)}",)
    return (*create, f"sudo usermod -aG {quote(name)} {quote(host.ask(user())['name'])}")


def socket_decides(host: Host, name: str) -> bool:
    """Whether the socket's own permissions, not polkit, decide who gets in (Ubuntu's way)."""
    found = (host.ask(file_status(path)) for path in SYSTEM_SOCKETS)
    return any(_only_for_group(host, socket, name) for socket in found if socket)


def _membership(
    host: Host, name: str, install: tuple[str, ...] = (), why: Text | None = None
) -> Finding | None:
    """What is wrong with the configured membership; None where nothing is.

    :param install: what brings the group, where it comes with a package that is missing.
    :param why: why it matters, where more is known of the group than that it is one.
    """
    me, found = host.ask(user()), host.ask(group(name))
    why = why or text("What is the group's may be used by its members: {group}.", group=name)
    if found is None:
        return failed(
            "group-missing",
            text("there is no group {group}", group=name),
            why=why,
            hint=text("The packages create the group: install them first."),
            fix=(*install, *join(host, name)),
        )
    if name in me["groups"]:
        return None
    hint = text("Add yourself, by your own user name: look at the output of id.")
    if found["members"]:
        others = ", ".join(found["members"])
        return failed(
            "another-user-added",
            text("{group} has {others}, but not {user}", group=name, others=others, user=me["name"]),
            why=why,
            hint=hint,
            fix=join(host, name),
        )
    return failed("not-a-member", _groups(me), why=why, hint=hint, fix=join(host, name))


def _not_in_session(me: User) -> Finding:
    return failed(
        "not-in-session",
        text(
            "{user} is a member, but this session began before that: it has {groups}",
            user=me["name"],
            groups=", ".join(me["session_groups"]),
        ),
        why=text("A session gets its groups when you log in, and keeps them until you log out."),
        hint=_LOG_IN_AGAIN,
    )


def _only_for_group(host: Host, socket: FileStatus, name: str) -> bool:
    owner = host.ask(group(name))
    return not socket["mode"] & 0o002 and owner is not None and socket["gid"] == owner["gid"]


def _groups(me: User) -> Text:
    return text("groups of {user}: {groups}", user=me["name"], groups=", ".join(me["groups"]))
