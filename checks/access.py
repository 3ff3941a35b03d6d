"""Who may use libvirt."""

from __future__ import annotations

from checks.groups import join, not_the_student, socket_decides
from checks.services import install_daemon, start_commands, still_starting
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM_ERROR, connection
from tutor.host.libvirt.domains import domain_names
from tutor.host.users import user
from tutor.text import text

_GROUP = "libvirt"
_WHY = text("In the course everything is done in the system mode, as yourself and without root.")
_EACCES, _EPERM = 13, 1


@check("libvirt-write-access")
def libvirt_write_access(host: Host, *, uri: str) -> Finding:
    """You open {uri} for writing without root, and can list its domains."""
    answer = host.ask(connection(uri, "write"))
    if wrong := not_the_student(host):
        return wrong
    if answer["open"]:
        count = len(host.ask(domain_names(uri)))
        return passed(text("{uri} is open for writing; domains: {count}", uri=uri, count=count))
    if answer["code"] != SYSTEM_ERROR or answer["errno"] in (_EACCES, _EPERM):
        return _refused(host)
    return _nobody_listens(host)


def _refused(host: Host) -> Finding:
    me = host.ask(user())
    if _GROUP not in me["groups"]:
        return failed(
            "not-authorised",
            text("libvirt refuses {user}: it works only with sudo", user=me["name"]),
            why=_WHY,
            hint=text("Members of the group libvirt may use the system mode: look at the output of id."),
            fix=join(host, _GROUP),
        )
    if _GROUP not in me["session_groups"] and socket_decides(host, _GROUP):
        return failed(
            "not-in-session",
            text("libvirt refuses {user}: this session does not have the group libvirt yet", user=me["name"]),
            why=_WHY,
            hint=text("Log out and in again (or start the machine again), then check once more."),
        )
    return failed(
        "refused-as-member",
        text("libvirt refuses {user}, although the group libvirt is right", user=me["name"]),
        why=_WHY,
        hint=text("Who is let in has been changed here: look at polkit, and at unix_sock in libvirtd.conf."),
    )


def _nobody_listens(host: Host) -> Finding:
    """Starting the daemon is half of it where the user is no member either."""
    member = _GROUP in host.ask(user())["groups"]
    membership = () if member else join(host, _GROUP)
    if install := install_daemon(host):
        return failed(
            "not-installed",
            text("libvirt's daemon is not installed"),
            why=_WHY,
            hint=text("Install the package that brings the daemon."),
            fix=(*install, *membership),
        )
    if starting := still_starting(host):
        return starting
    start = start_commands(host)
    return failed(
        "session-only",
        text("no system daemon listens: only your own session mode works"),
        why=_WHY,
        hint=text("Look at: systemctl status libvirtd"),
        fix=(*start, *membership) if start else (),
    )
