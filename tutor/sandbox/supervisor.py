"""The process that holds a machine: systemd-nspawn, known by more than its number, which another may have.

It records itself when it begins (boot.sh), so that whoever started it may be killed at any moment.
"""

from __future__ import annotations

import time
from pathlib import Path

from tutor.dataclass import dataclass
from tutor.sandbox import cgroups
from tutor.sandbox.process import children, descendants, kill, program_name

STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
#: In the machine's directory: its number, its start in clock ticks since boot, and which boot that was.
RECORD = "process"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
# proc(5), /proc/PID/stat, counted behind the name, which may hold anything: state, and starttime.
_STATE, _START = 0, 19


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A process of this computer: number, start and boot together never name another."""

    pid: int
    started: int
    boot: str

    @property
    def alive(self) -> bool:
        """Whether it still runs; one that has ended and waits to be noticed does not."""
        return self.boot == _BOOT.read_text().strip() and _start_of(self.pid) == self.started

    @property
    def init(self) -> int:
        """The process that is number 1 in the machine, as this host numbers it; 0 where there is none yet.

        It is the child that has become systemd: before that it still has this host's root.
        """
        if not self.alive:
            return 0
        return next((child for child in children(self.pid) if program_name(child) == "systemd"), 0)


def supervisor(directory: Path) -> Supervisor | None:
    """The process that held, or holds, the machine whose files are in ``directory``."""
    try:
        pid, started, boot = (directory / RECORD).read_text().split()
        return Supervisor(int(pid), int(started), boot)
    except (FileNotFoundError, ValueError):
        return None


def recorded_groups(directory: Path) -> list[Path]:
    """Return the control groups of the machine whose files are in ``directory``."""
    record = directory / "cgroups"
    return [Path(line) for line in record.read_text().splitlines()] if record.exists() else []


def halt(directory: Path) -> None:
    """Cut the power of the machine whose files are in ``directory``, and take away what it had of this host.

    Nothing inside is asked, so nothing waits for running guests. Only processes that are the machine's are
    ended: its supervisor and those below it, and whatever is left in its control groups.
    """
    holder = supervisor(directory)
    if holder is not None and holder.alive:
        # Its init first: then systemd-nspawn tidies up after itself.
        kill([holder.init or holder.pid])
        if not _ended(holder):
            kill([*descendants(holder.pid), holder.pid])
            _ended(holder)
    groups = recorded_groups(directory)
    deadline = time.monotonic() + STOP_SECONDS
    while (left := cgroups.members(groups)) and time.monotonic() < deadline:
        kill(left)
        time.sleep(POLL_SECONDS)
    cgroups.remove(groups)
    (directory / RECORD).unlink(missing_ok=True)


def _ended(holder: Supervisor) -> bool:
    """Wait until it has; no after STOP_SECONDS."""
    deadline = time.monotonic() + STOP_SECONDS
    while holder.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _start_of(pid: int) -> int | None:
    """When a process began, in clock ticks since boot; None when it has ended (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[_STATE] in "ZX" else int(fields[_START])
