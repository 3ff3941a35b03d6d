"""Commands for a fix, quoted for a shell, and run with sudo only where this user is refused."""

from __future__ import annotations

from shlex import quote

from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.question import Unobservable


def virsh(host: Host, command: str, *words: str) -> str:
    """A virsh command on the system's libvirt."""
    return " ".join([f"{_sudo(host)}virsh -c {SYSTEM}", command, *(quote(word) for word in words)])


def virt_xml(host: Host, domain: str, *words: str) -> str:
    """A virt-xml command that edits a domain's persistent definition."""
    return " ".join(
        [f"{_sudo(host)}virt-xml --connect {SYSTEM}", quote(domain), *(quote(word) for word in words)]
    )


def virt_install(host: Host, *words: str) -> str:
    """A virt-install command on the system's libvirt."""
    return " ".join([f"{_sudo(host)}virt-install --connect {SYSTEM}", *(quote(word) for word in words)])


def _sudo(host: Host) -> str:
    try:
        return "" if host.ask(connection(SYSTEM, "write"))["open"] else "sudo "
    except Unobservable:
        return "sudo "
