"""Programs of the course."""

from __future__ import annotations

from collections.abc import Sequence

from checks.packages import install, package_names
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.programs import package, program
from tutor.host.question import Unobservable
from tutor.text import text


_WHY = text("The course uses these programs in every later step.")


@check("programs")
def programs_present(host: Host, *, programs: Sequence[str]) -> Finding:
    """These programs can be started: {programs}."""
    return _missing(host, programs) or passed(text("all of them are here"))


@check("program-versions")
def program_versions(host: Host, *, programs: Sequence[str]) -> Finding:
    """These tools are installed: {programs}."""
    return _missing(host, programs) or passed(text("{versions}", versions=_versions(host, programs)))


def _missing(host: Host, programs: Sequence[str]) -> Finding | None:
    missing = [name for name in programs if host.ask(program(name)) is None]
    if not missing:
        return None
    return failed(
        "program-missing",
        text("not here: {programs}", programs=", ".join(missing)),
        why=_WHY,
        hint=text("Install the packages that bring them."),
        fix=install(host, missing),
    )


def _versions(host: Host, programs: Sequence[str]) -> str:
    """Versions by the package database; starting each program would cost far more."""
    try:
        found = [host.ask(package(name)) for name in package_names(host, programs)]
    except Unobservable:
        found = []
    # A program from elsewhere (built by hand) is right too, and has no package.
    return ", ".join(f"{one['name']} {one['version']}" for one in found if one) or ", ".join(programs)
