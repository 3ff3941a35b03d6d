"""Commands and paths for a fix, quoted for a shell; with sudo only where this user is refused."""

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


def shell(path: str) -> str:
    """A path as a word of a shell command; a leading ``~/`` still means the home folder."""
    if path == "~":
        return path
    return f"~/{quote(path[2:])}" if path.startswith("~/") else quote(path)


def set_aside(path: str, *, sudo: bool = False) -> str:
    """The command that keeps what lies at ``path`` as ``path.old``; an older one is kept too."""
    # -T: a folder of that name must not swallow the file.
    return f"{'sudo ' if sudo else ''}mv --backup=numbered -T {shell(path)} {shell(path + '.old')}"


def _sudo(host: Host) -> str:
    try:
        return "" if host.ask(connection(SYSTEM, "write"))["open"] else "sudo "
    except Unobservable:
        return "sudo "
