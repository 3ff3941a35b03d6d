"""Programs of the course."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from checks.packages import install, package_names
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.programs import package, program
from tutor.host.question import Unobservable
from tutor.text import text

#: Where programs of packages, and programs built by hand, lie.
FOLDERS = ("/usr/bin", "/usr/local/bin", "/usr/sbin")

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
    locked = {name: path for name in missing if (path := _not_executable(host, name))}
    if len(locked) == len(missing):
        return failed(
            "not-executable",
            text("here, but not executable: {paths}", paths=", ".join(locked.values())),
            why=_WHY,
            hint=text("Make them executable: chmod +x."),
            fix=[f"sudo chmod a+rx {quote(path)}" for path in locked.values()],
        )
    return failed(
        "program-missing",
        text("not here: {programs}", programs=", ".join(missing)),
        why=_WHY,
        hint=text("Install the packages that bring them."),
        # A package that comes again makes its program executable, too.
        fix=install(host, missing),
    )


def _not_executable(host: Host, name: str) -> str | None:
    """Where the program lies that this user may not start; None where there is none."""
    for folder in FOLDERS:
        path = f"{folder}/{name}"
        try:
            found = host.ask(file_status(path))
        except Unobservable:
            continue
        if found is not None and found["kind"] == "file":
            return path
    return None


def _versions(host: Host, programs: Sequence[str]) -> str:
    """Versions by the package database; starting each program would cost far more."""
    try:
        found = [host.ask(package(name)) for name in package_names(host, programs)]
    except Unobservable:
        found = []
    # A program from elsewhere (built by hand) is right too, and has no package.
    return ", ".join(f"{one['name']} {one['version']}" for one in found if one) or ", ".join(programs)
