"""Sockets that wait for clients, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.host.files import read_start
from tutor.host.machine import Machine
from tutor.host.process import Completed, malformed
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

_PROGRAM = re.compile(r'users:\(\("(?P<name>.*?)",pid=(?P<pid>\d+)')
_FIELDS = 5
PROC = "/proc"


class Listener(TypedDict):
    """A socket: ``udp`` or ``tcp``, its address (``*`` for all), port, and the interface it is tied to.

    ``program``, ``pid`` and the systemd ``unit`` are None where they could not be seen.
    """

    protocol: str
    address: str
    port: int
    interface: str | None
    program: str | None
    pid: int | None
    unit: str | None


def listeners() -> Question[list[Listener]]:
    """All of them, without telling whose they are, which others may not see."""
    return Question("listeners", list[Listener])


def owned_listeners() -> Question[list[Listener]]:
    """All of them, and whose they are. Needs sudo."""
    return Question("owned-listeners", list[Listener])


@source("listeners", by="ss -lntu", slow=True)
def look_at_listeners(machine: Machine) -> list[Listener]:
    """See :func:`listeners`."""
    return _read(machine.run(["ss", "-Hlntu"]))


@source("owned-listeners", by="sudo -n ss -lntup", slow=True)
def look_at_owned_listeners(machine: Machine) -> list[Listener]:
    """See :func:`owned_listeners`."""
    return _read(machine.run_as_root(["ss", "-Hlntup"], text("Seeing which program has a port")))


def _read(done: Completed) -> list[Listener]:
    if done.returncode != 0:
        raise Unobservable("failed", done.complaint("ss"))
    try:
        return list(_listeners(done.stdout))
    except (ValueError, IndexError):
        raise malformed("ss") from None


def _listeners(output: str) -> Iterator[Listener]:
    for line in output.splitlines():
        fields = line.split(maxsplit=_FIELDS)
        address, _, port = fields[4].rpartition(":")
        if port == "*":
            continue
        number = int(port)
        address, _, interface = address.partition("%")
        owner = _PROGRAM.search(line)
        pid = int(owner["pid"]) if owner else None
        yield {
            "protocol": fields[0],
            "address": "*" if address in ("0.0.0.0", "[::]", "*") else address.strip("[]"),  # noqa: S104 - read, not bound
            "port": number,
            "interface": interface.rstrip("]") or None,
            "program": owner["name"] if owner else None,
            "pid": pid,
            "unit": _unit(pid) if pid else None,
        }


def _unit(pid: int) -> str | None:
    """The system service that a process belongs to, by its control group (systemd.slice(5))."""
    try:
        said = read_start(f"{PROC}/{pid}/cgroup")
    except OSError:
        return None
    found = re.search(r"/system\.slice/(?:.*/)?([^/\n]+\.service)$", said, re.MULTILINE)
    return found[1] if found else None
