"""What libvirt's network driver is set to: /etc/libvirt/network.conf, which it reads when it starts."""

from __future__ import annotations

import re

from tutor.host.files import file_text
from tutor.host.host import Host
from tutor.host.programs import program

NETWORK_CONF = "/etc/libvirt/network.conf"

#: libvirt's first version with a firewall backend other than iptables (libvirt.org/news.html, 10.4.0).
FIRST_WITH_NFTABLES = 10_004_000

#: The backends, and the program that each of them is there with (libvirt.org/firewall.html).
PROGRAMS = {"iptables": "iptables", "nftables": "nft"}

#: The first of several counts, as libvirt reads its files (virconf.c).
_CHOSEN = r"""(?m)^\s*firewall_backend\s*=\s*["'](iptables|nftables)["']"""
#: Where none is chosen, the first that is there; which come in which order, the builder of the package has
#: written into the comments.
_ORDER = r"(?m)^#\s*\[((?:iptables|nftables)(?:,\s*(?:iptables|nftables))*)\]\s*$"


def firewall_backend(host: Host, version: int) -> str | None:
    """The backend that libvirt makes its networks' rules with; None where the file does not tell.

    Needs no rights: Debian lets everybody read the file. A change that no restart of the daemon has followed
    yet is told too early.

    :param version: libvirt's, as it writes one as a number.
    :raises Unobservable: when the file cannot be read.
    """
    if version < FIRST_WITH_NFTABLES:
        return "iptables"
    conf = host.ask(file_text(NETWORK_CONF))
    said = conf["text"] if conf is not None else ""
    if chosen := re.search(_CHOSEN, said):
        return chosen[1]
    order = re.search(_ORDER, said)
    names = re.split(r",\s*", order[1]) if order else []
    return next((name for name in names if host.ask(program(PROGRAMS[name])) is not None), None)


def telling(said: str) -> str:
    """Of the file's text what :func:`firewall_backend` goes by."""
    found = [found[0].strip() for pattern in (_CHOSEN, _ORDER) if (found := re.search(pattern, said))]
    return "".join(f"{line}\n" for line in found)
