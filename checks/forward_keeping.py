"""Whether the rules of a port forward are put back after the machine has restarted."""

from __future__ import annotations

import re

from tutor.host.files import file_status, file_text, listing
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.host.systemd import unit
from tutor.text import Text, text

#: Scripts that libvirt runs when a network or a guest starts (libvirt.org/hooks.html).
HOOKS = "/etc/libvirt/hooks"
_DAEMONS = ("network", "qemu", "daemon")
NFTABLES_CONF, NFTABLES_SERVICE = "/etc/nftables.conf", "nftables.service"

_EXECUTABLE = 0o111


def kept(host: Host, port: int) -> Text | None:
    """What there is to say of the machine's next start; None where nothing is amiss, or nobody can tell."""
    try:
        saved = _text(host, NFTABLES_CONF)
        if re.search(r"^\s*table\s+ip\s+nat\b", saved, re.MULTILINE):
            return text(
                "{file} holds a table ip nat, which is iptables' own: with it, the network default"
                " does not start after a restart of the machine",
                file=NFTABLES_CONF,
            )
        if any(_mentions(_text(host, path), port) for path in _hooks(host)):
            return None
        if _mentions(saved, port) and host.ask(unit(NFTABLES_SERVICE))["file"] == "enabled":
            return None
    except Unobservable:
        return None
    return text(
        "right now, but no hook of libvirt puts the rules back: they are gone when the machine restarts"
    )


def _hooks(host: Host) -> list[str]:
    """Those that libvirt runs: only files that are executable."""
    paths = [f"{HOOKS}/{name}" for name in _DAEMONS]
    for folder in (f"{HOOKS}/{name}.d" for name in _DAEMONS):
        paths += [f"{folder}/{name}" for name in host.ask(listing(folder)) or []]
    found = [(path, host.ask(file_status(path))) for path in paths]
    return [path for path, status in found if status and status["mode"] & _EXECUTABLE]


def _mentions(content: str, port: int) -> bool:
    return re.search(rf"\b{port}\b", content) is not None


def _text(host: Host, path: str) -> str:
    found = host.ask(file_text(path))
    return found["text"] if found else ""
