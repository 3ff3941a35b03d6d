"""Real programs that lie, hang or refuse, first on the search path."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tutor.host import machine as machine_module
from tutor.host.firewall import firewall
from tutor.host.image_folders import backing_in
from tutor.host.images import image
from tutor.host.links import links
from tutor.host.listeners import listeners, owned_listeners
from tutor.host.machine import Machine
from tutor.host.process import Completed, run
from tutor.host.programs import package
from tutor.host.question import Question
from tutor.host.routes import routes
from tutor.host.security import refusals
from tutor.host.starting import half_installed, nat_readable, started, sudo
from tutor.host.systemd import unit

#: Seconds that a program of these tests may take: the tool's own patience would make them long.
SHORT = 0.4

#: What a program prints that is no answer to anything.
GARBAGE: Mapping[str, str] = {
    "no-text": r"printf '\377\376\000nonsense\n'",
    "half": r"""printf '[{"ifname": "lo", "fla'""",
    "deep": "head -c 200000 /dev/zero | tr '\\0' '['",
    "other-types": r"""printf '[1, null, "x", {"ifname": 7, "flags": "UP"}, [[]]]\n'""",
    "endless": "exec yes",
}


@dataclass(frozen=True)
class Look:
    """A source that starts a program.

    :param well: what the program prints where all is well, by lines of shell.
    :param needs_sudo: looked at through sudo.
    """

    question: Callable[[Path], Question[Any]]
    program: str
    well: str
    needs_sudo: bool = False
    also: tuple[str, ...] = field(default=())


_LINK = r"""[{"ifname": "lo", "flags": ["UP"], "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]}]"""
_ROUTE = r"""[{"dst": "default", "gateway": "192.0.2.1", "dev": "eth0", "flags": []}]"""
_UNIT = r"Id=a.service\nNames=a.service\nLoadState=loaded\nActiveState=active\nSubState=running\n"
_IMAGE = r"""{"format": "qcow2", "virtual-size": 7, "backing-filename": "b"}"""
_RULES = r"""{"nftables": []}\n""" + r"--- next form ---\n\n" * 3

LOOKS: dict[str, Look] = {
    "links": Look(lambda _: links(), "ip", f"printf '{_LINK}'"),
    "routes": Look(lambda _: routes(), "ip", f"printf '{_ROUTE}'"),
    "listeners": Look(lambda _: listeners(), "ss", r"printf 'tcp LISTEN 0 5 [::]:22 [::]:*\n'"),
    "owned-listeners": Look(
        lambda _: owned_listeners(), "ss", r"printf 'tcp LISTEN 0 5 [::]:22 [::]:*\n'", needs_sudo=True
    ),
    "package": Look(lambda _: package("a"), "dpkg-query", r"printf 'a\t1\tinstalled\n'"),
    "half-installed": Look(
        lambda _: half_installed(), "dpkg-query", r"printf 'a\tinstalled\n'", also=("dpkg",)
    ),
    "unit": Look(lambda _: unit("a.service"), "systemctl", f"printf '{_UNIT}'"),
    "started": Look(lambda _: started("virt-manager"), "virt-manager", "echo 4.1.0"),
    "firewall": Look(lambda _: firewall(), "sh", f"printf '{_RULES}'", needs_sudo=True, also=("nft",)),
    "image": Look(lambda folder: image(str(folder / "a.qcow2")), "qemu-img", f"printf '{_IMAGE}'"),
    "images.backing": Look(lambda folder: backing_in(str(folder)), "qemu-img", f"printf '{_IMAGE}'"),
    "refusals": Look(
        lambda _: refusals(), "journalctl", r"""printf '{"MESSAGE": "denied"}\n'""", needs_sudo=True
    ),
    "nat-readable": Look(lambda _: nat_readable(), "iptables", "exit 0", needs_sudo=True),
    "sudo": Look(lambda _: sudo(), "true", "exit 0", needs_sudo=True),
}


_SUDO = """
[ "$1" = -n ] && shift
PATH={path}
command -v "$1" >/dev/null || {{ echo "sudo: $1: command not found" >&2; exit 1; }}
exec "$@"
"""


class Bench:
    """A search path of its own, on which programs are what a test makes them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin, self.images = folder / "bin", folder / "images"
        for one in (self.bin, self.images):
            one.mkdir()
        (self.images / "a.qcow2").touch()
        (folder / "calls").touch()
        self._calls = folder / "calls"
        monkeypatch.setattr(machine_module, "SYSTEM_PATH", str(self.bin))
        # Not root, so that sudo is what root's reads go through; and nobody's real sudo is asked.
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        self._home = folder

    def machine(self) -> Machine:
        """One that has seen nothing yet."""
        return Machine({"PATH": str(self.bin), "HOME": str(self._home)}, run_program=_soon)

    def make(self, name: str, script: str) -> None:
        """Put a program there."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\necho {name} >> {self._calls}\nPATH=/usr/bin:/bin\n{script}\n")
        path.chmod(0o755)

    def make_well(self, look: Look) -> None:
        """All that a look needs, as it should be."""
        for name in look.also:
            self.make(name, "exit 0")
        self.make(look.program, look.well)
        if look.needs_sudo:
            # sudo finds programs by its own path (sudoers(5), secure_path).
            self.make("sudo", _SUDO.format(path=self.bin))

    @property
    def calls(self) -> list[str]:
        """The programs that were started, in order."""
        return self._calls.read_text().split()


def _soon(*args: Any, limit: float, **options: Any) -> Completed:
    return run(*args, limit=min(limit, SHORT), **options)
