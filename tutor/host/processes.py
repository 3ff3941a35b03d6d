"""Processes that others started on the student's behalf."""

from __future__ import annotations

import os

from tutor.host.files import read_start
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

#: Where libvirt keeps the process ids of its dnsmasq instances, one file per network.
PID_FILES = "/run/libvirt/network"
PROC = "/proc"
#: No process has a higher number (proc(5), pid_max).
_LAST_PID = 2**22


class Dnsmasq(TypedDict):
    """The dnsmasq of a network: its process id, and whether that process runs and is dnsmasq."""

    pid: int
    running: bool


def dnsmasq(network: str) -> Question[Dnsmasq | None]:
    """The dnsmasq that serves a network; None where libvirt started none."""
    return Question("dnsmasq", Dnsmasq | None, (network,))  # type: ignore[arg-type]


@source("dnsmasq", by="/run/libvirt/network, /proc")
def look_at_dnsmasq(_machine: Machine, network: str) -> Dnsmasq | None:
    """See :func:`dnsmasq`."""
    path = f"{PID_FILES}/{network}.pid"
    try:
        pid = int(read_start(path, 32))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unobservable(
            "unreadable", text("{path} cannot be read: {error}", path=path, error=str(error))
        ) from None
    if not 0 < pid <= _LAST_PID:
        raise Unobservable("unreadable", text("{path} holds no process id", path=path))
    return {"pid": pid, "running": _command(pid) == "dnsmasq"}


def _command(pid: int) -> str | None:
    try:
        return read_start(f"{PROC}/{pid}/comm", 64).strip()
    except (FileNotFoundError, ProcessLookupError):
        # With hidepid=2 others' processes seem not to exist: then neither does init (proc(5)).
        if os.path.exists(f"{PROC}/1"):
            return None
        raise Unobservable("not-permitted", text("the processes of others are hidden here")) from None
    except OSError as error:
        raise Unobservable(
            "not-permitted",
            text("process {pid} cannot be seen: {error}", pid=pid, error=os.strerror(error.errno or 0)),
        ) from None
