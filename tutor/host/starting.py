"""Programs that are really started, and what root's commands come to."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.host.machine import Machine
from tutor.host.programs import dpkg_rows, find_program
from tutor.host.question import Question, Unobservable
from tutor.host.source import Answers, Args, batch_source, source
from tutor.shape import TypedDict
from tutor.text import text

#: Seconds that a program may take to tell its version, on a machine that does other things as well.
_PATIENCE = 9.0


#: Characters that are kept of what a program says.
_SAID = 300


class Started(TypedDict):
    """How ``PROGRAM --version`` ended, and the last line that it said."""

    code: int
    said: str


class Sudo(TypedDict):
    """Whether this user can run a command as root, and what sudo said otherwise."""

    works: bool
    said: str


def started(program: str) -> Question[Started | None]:
    """Start a program to hear its version; None where there is none."""
    return Question("started", Started | None, (program,))  # type: ignore[arg-type]


def sudo() -> Question[Sudo]:
    """Run nothing at all as root."""
    return Question("sudo", Sudo)


def nat_readable() -> Question[bool]:
    """Whether iptables can read its table nat, which libvirt does at the start of a network. Needs sudo."""
    return Question("nat-readable", bool)


def half_installed() -> Question[list[str]]:
    """Packages that dpkg has begun and not finished with."""
    return Question("half-installed", list[str])


@batch_source("started", by="PROGRAM --version")
def start(machine: Machine, wanted: Sequence[Args]) -> Answers:
    """See :func:`started`; side by side, for those written in Python take a second each."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
        return dict(zip(wanted, pool.map(lambda args: _start(machine, args[0]), wanted), strict=True))


def _start(machine: Machine, program: str) -> Started | Unobservable | None:
    if find_program(machine, program) is None:
        return None
    try:
        done = machine.run([program, "--version"], limit=_PATIENCE)
    except Unobservable as failure:
        return failure
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or lines
    return {"code": done.returncode, "said": lines[-1][:_SAID] if lines else ""}


@source("sudo", by="sudo -n true", slow=True)
def try_sudo(machine: Machine) -> Sudo:
    """See :func:`sudo`."""
    if find_program(machine, "sudo") is None:
        return {"works": False, "said": "sudo"}
    done = machine.run_as_root(["true"], text("Trying whether you can use sudo"))
    return {"works": done.returncode == 0, "said": done.stderr.strip()[:_SAID]}


@source("nat-readable", by="sudo -n iptables -t nat -S", slow=True)
def read_nat(machine: Machine) -> bool:
    """See :func:`nat_readable`. Exactly what libvirt runs, so that its exit code means the same."""
    if find_program(machine, "iptables") is None:
        raise Unobservable("program-missing", text("iptables is not installed"))
    command = ["iptables", "-w", "--table", "nat", "--list-rules"]
    return machine.run_as_root(command, text("Reading the firewall's rules")).returncode == 0


@source("half-installed", by="dpkg --audit", slow=True)
def audit(machine: Machine) -> list[str]:
    """See :func:`half_installed`."""
    if find_program(machine, "dpkg") is None:
        return []
    done_with = ("installed", "config-files", "not-installed", "triggers-pending", "triggers-awaited")
    rows = dpkg_rows(machine, "${Package}", "${db:Status-Status}")
    return sorted(name for name, state in rows if state not in done_with)
