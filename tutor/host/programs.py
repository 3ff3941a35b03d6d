"""Programs on the search path, and the packages of the distribution."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.host.machine import Machine
from tutor.host.process import executable, malformed
from tutor.host.question import Question, Unobservable
from tutor.host.source import Answers, Args, batch_source, source
from tutor.shape import TypedDict
from tutor.text import text

#: dpkg's own word for a package that is really there (dpkg-query(1), db:Status-Status).
_INSTALLED = "installed"


class Package(TypedDict):
    """An installed package of the distribution."""

    name: str
    version: str


def program(name: str) -> Question[str | None]:
    """The path of a program that this user can start; None where there is none."""
    return Question("program", str | None, (name,))  # type: ignore[arg-type]


def package(name: str) -> Question[Package | None]:
    """The package of that name, by the package database; None where it is not installed."""
    return Question("package", Package | None, (name,))  # type: ignore[arg-type]


@source("program", by="the search path", waits=True)
def find_program(machine: Machine, name: str) -> str | None:
    """See :func:`program`."""
    return executable(name, machine.path)


@batch_source("package", by="dpkg-query or rpm")
def look_at_packages(machine: Machine, wanted: Sequence[Args]) -> Answers:
    """See :func:`package`; one query answers for all."""
    found: dict[str, Package]
    if find_program(machine, "dpkg-query"):
        found = machine.shared("packages", dict)
        if not found:
            found.update(_dpkg(machine))
    elif find_program(machine, "rpm"):
        found = _rpm(machine, [args[0] for args in wanted])
    else:
        raise Unobservable("program-missing", text("neither dpkg-query nor rpm is here: no package database"))
    return {args: found.get(args[0]) for args in wanted}


def _dpkg(machine: Machine) -> dict[str, Package]:
    rows = dpkg_rows(machine, "${Package}", "${Version}", "${db:Status-Status}")
    return {name: {"name": name, "version": version} for name, version, state in rows if state == _INSTALLED}


def dpkg_rows(machine: Machine, *fields: str) -> list[list[str]]:
    """Fields of every package that dpkg knows; it reads its whole database even for one.

    :raises Unobservable: also where it knows of none at all, or prints something else.
    """
    done = machine.run(["dpkg-query", "-W", "-f", "\t".join(fields) + "\n"])
    if done.returncode != 0:
        raise Unobservable("failed", done.complaint("dpkg-query"))
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    if not rows or any(len(row) != len(fields) for row in rows):
        raise malformed("dpkg-query")
    return rows


def _rpm(machine: Machine, names: Sequence[str]) -> dict[str, Package]:
    layout = "%{NAME}\t%{VERSION}-%{RELEASE}\n"
    done = machine.run(["rpm", "-q", "--qf", layout, "--", *names])
    lines = done.stdout.splitlines()
    rows = [line.split("\t") for line in lines if line.count("\t") == 1]
    found: dict[str, Package] = {row[0]: {"name": row[0], "version": row[1]} for row in rows}
    # rpm(8) says so of each that is not there; where its database is broken it says something else.
    if not all(name in found or f"package {name} is not installed" in lines for name in names):
        raise Unobservable("failed", done.complaint("rpm"))
    return found
