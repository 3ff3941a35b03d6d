"""The running system: distribution, kernel, settings, identity."""

from __future__ import annotations

import os

from tutor.digest import keyed
from tutor.host.files import read_start
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

SYSCTL = "/proc/sys"
OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
MACHINE_ID = "/etc/machine-id"

#: Keys the machine id: the id itself is confidential (machine-id(5)).
_APPLICATION = b"libvirt-tutor host.id 1"


class System(TypedDict):
    """Which system this is. ``id`` and ``version`` are os-release's ID and VERSION_ID."""

    kernel: str
    platform: str
    id: str | None
    version: str | None
    machine: str | None


def system() -> Question[System]:
    """Distribution, kernel, and an application-keyed hash of the machine id."""
    return Question("system", System)


def sysctl(name: str) -> Question[str | None]:
    """A kernel setting by its dotted name (``net.ipv4.ip_forward``); None where there is none."""
    return Question("sysctl", str | None, (name,))  # type: ignore[arg-type]


@source("system", by="uname(2), os-release(5), machine-id(5)")
def look_at_system(_machine: Machine) -> System:
    """See :func:`system`."""
    release = _os_release()
    uname = os.uname()
    return {
        "kernel": uname.release,
        "platform": uname.sysname,
        "id": release.get("ID"),
        "version": release.get("VERSION_ID"),
        "machine": _machine_id(),
    }


@source("sysctl", by="/proc/sys")
def read_sysctl(_machine: Machine, name: str) -> str | None:
    """See :func:`sysctl`."""
    try:
        return read_start(f"{SYSCTL}/{name.replace('.', '/')}", 4096).strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unobservable(
            "unreadable", text("{name} cannot be read: {error}", name=name, error=str(error))
        ) from None


def _os_release() -> dict[str, str]:
    for path in OS_RELEASE:
        try:
            lines = [line.strip().partition("=") for line in read_start(path).splitlines()]
            return {name: value.strip("\"'") for name, equals, value in lines if equals}
        except OSError:
            continue
    return {}


def _machine_id() -> str | None:
    try:
        identity = read_start(MACHINE_ID, 64).strip().encode()
    except OSError:
        return None
    return keyed(_APPLICATION, identity).hex()[:32] if identity else None
