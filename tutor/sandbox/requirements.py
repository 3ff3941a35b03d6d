"""What this computer must have to build and boot machines, and which package brings it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tutor.sandbox.process import SEARCH_PATH, MachineError
from tutor.text import text

#: Each program, and the Debian package that it comes with.
PROGRAMS = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TUNNEL = Path("/dev/net/tun")


def require_programs() -> None:
    """Hold this computer against what machines need.

    :raises MachineError: when something is missing; all of it, with the one command that brings it.
    """
    if os.geteuid() != 0:
        raise MachineError(text("Student machines need root"), text("Run it with sudo."))
    missing = {name: package for name, package in PROGRAMS.items() if not _installed(name)}
    if not KEYRING.exists():
        missing[KEYRING.name] = "debian-archive-keyring"
    if missing:
        packages = " ".join(sorted(set(missing.values())))
        raise MachineError(
            text("Student machines need {names}", names=", ".join(missing)),
            text("{command}", command=f"sudo apt install {packages}"),
        )
    if not TUNNEL.exists():
        raise MachineError(
            text("Student machines need {names}", names=str(TUNNEL)),
            text("{command}", command="sudo modprobe tun"),
        )


def _installed(program: str) -> bool:
    return shutil.which(program, path=SEARCH_PATH) is not None
