"""Who may use libvirt."""

from __future__ import annotations

from shlex import quote

from checks.packages import install
from tutor.grading.finding import failed, passed, unknown
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM_ERROR, connection
from tutor.host.libvirt.domains import domain_names
from tutor.host.programs import program
from tutor.host.users import user
from tutor.text import text

_WHY = text("In the course everything is done in the system mode, as yourself and without root.")
_EACCES, _EPERM = 13, 1


@check("libvirt-write-access")
def libvirt_write_access(host: Host, *, uri: str) -> Finding:
    """You open {uri} for writing without root, and can list its domains."""
    answer, me = host.ask(connection(uri, "write")), host.ask(user())
    if answer["open"] and me["uid"] == 0:
        return unknown(
            "run-as-root",
            text("root may do anything, which says nothing about the student"),
            hint=text("Run tutor as the student, without sudo."),
        )
    if answer["open"]:
        count = len(host.ask(domain_names(uri)))
        return passed(text("{uri} is open for writing; domains: {count}", uri=uri, count=count))
    if answer["code"] != SYSTEM_ERROR or answer["errno"] in (_EACCES, _EPERM):
        return _refused(me["name"], "libvirt" in me["groups"], "libvirt" in me["session_groups"])
    return _nobody_listens(host)


def _refused(name: str, configured: bool, effective: bool) -> Finding:
    if configured and not effective:
        return failed(
            "not-in-session",
            text("libvirt refuses {user}: this session does not have the group libvirt yet", user=name),
            why=_WHY,
            hint=text("Log out and in again (or start the machine again), then check once more."),
        )
    return failed(
        "not-authorised",
        text("libvirt refuses {user}: it works only with sudo", user=name),
        why=_WHY,
        hint=text("Members of the group libvirt may use the system mode: look at the output of id."),
        fix=(f"sudo usermod -aG libvirt {quote(name)}",),
    )


def _nobody_listens(host: Host) -> Finding:
    installed = any(host.ask(program(name)) for name in ("libvirtd", "virtqemud"))
    if installed:
        return failed(
            "session-only",
            text("no system daemon listens: only your own session mode works"),
            why=_WHY,
            hint=text("Look at: systemctl status libvirtd"),
            fix=("sudo systemctl enable --now libvirtd",),
        )
    return failed(
        "not-installed",
        text("libvirt's daemon is not installed"),
        why=_WHY,
        hint=text("Install the package that brings the daemon."),
        fix=(
            *install(host, ["libvirtd", "virsh"]),
            f"sudo usermod -aG libvirt {quote(host.ask(user())['name'])}",
        ),
    )
