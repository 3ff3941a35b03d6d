"""What is private on this machine: gathered, so that it can be taken out of a report."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from tutor.commands.session import Session
from tutor.commands.surroundings import NAMED, SHOWN
from tutor.course.records import Course
from tutor.errors import UserError
from tutor.folders import NoHomeError, home
from tutor.host.libvirt.connection import SESSION, SYSTEM
from tutor.host.libvirt.domains import domain_names
from tutor.host.libvirt.networks import network_names
from tutor.host.live import LiveHost
from tutor.host.question import Question, Unobservable
from tutor.support.redact import Privacy, Secret

#: Every libvirt has this network (libvirt's own default.xml).
_DEFAULT_NETWORK = "192.168.122.0/24"
#: Variables whose values are the same everywhere, or private by other rules.
_HARMLESS = {
    *SHOWN,
    *NAMED,
    *("HOME", "USER", "LOGNAME", "PATH", "PWD", "OLDPWD", "SHELL", "SHLVL", "_", "LIBVIRT_DEFAULT_URI"),
    *("EDITOR", "VISUAL", "PAGER", "LESS", "LS_COLORS", "DISPLAY", "MAIL", "HOSTNAME"),
}
#: Shorter values of variables are words such as "yes".
_SHORTEST = 6
_FIRST_PERSON = 1000
_NOBODY = 65534


def privacy(session: Session, host: LiveHost) -> Privacy:
    """What is known to be private here, and what of the course looks private and is not."""
    course = _course(session)
    secrets = [*_machine(), *_people(), *_identity(session), *_environment()]
    if course is not None:
        secrets += [*_own_names(session, course), *_foreign(host, course)]
    return Privacy(tuple(secrets), frozenset(_kept(course)))


def _course(session: Session) -> Course | None:
    try:
        return session.course
    except UserError:
        return None


def _machine() -> Iterator[Secret]:
    import socket

    with contextlib.suppress(NoHomeError):
        yield Secret("home", os.path.normpath(home(os.environ)))
        yield Secret("home", os.path.realpath(home(os.environ)))
    name = socket.gethostname()
    # With and without its domain.
    for each in (name.partition(".")[0], name, os.environ.get("HOSTNAME", "")):
        yield Secret("host", each)
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with contextlib.suppress(OSError), open(path, encoding="ascii", errors="replace") as file:
            yield Secret("machine-id", file.read(64).strip())


def _people() -> Iterator[Secret]:
    """This user first, then everybody else who may log in."""
    import pwd

    me = os.getuid()
    entries = sorted(pwd.getpwall(), key=lambda entry: entry.pw_uid != me)
    for entry in entries:
        if entry.pw_uid == me or _FIRST_PERSON <= entry.pw_uid < _NOBODY:
            yield Secret("user", entry.pw_name)
            # The full name, the first of the fields that passwd(5) leaves to the system.
            yield from _words("name", entry.pw_gecos.partition(",")[0])
    for variable in ("USER", "LOGNAME", "SUDO_USER"):
        yield Secret("user", os.environ.get(variable, ""))


def _identity(session: Session) -> Iterator[Secret]:
    identity = session.config.identity
    yield from _words("name", identity.name or "")
    yield Secret("email", identity.email or "")
    yield Secret("email", (identity.email or "").partition("@")[0])
    yield Secret("student-id", identity.student_id or "")


def _words(kind: str, name: str) -> Iterator[Secret]:
    yield Secret(kind, name)
    yield from (Secret(kind, word) for word in name.split() if len(word) > 1)


def _environment() -> Iterator[Secret]:
    for name, value in os.environ.items():
        if name not in _HARMLESS and not name.startswith("XDG_") and len(value) >= _SHORTEST:
            yield Secret("environment", value)


def _own_names(session: Session, course: Course) -> Iterator[Secret]:
    """The student's own names for what the course calls something else."""
    for name, value in session.config.variables.items():
        variable = course.variables.get(name)
        if variable is None or str(variable.value) != value:
            yield Secret(name.replace("_", "-"), value)


def _foreign(host: LiveHost, course: Course) -> Iterator[Secret]:
    """Domains and networks that the course does not name."""
    ours = {str(variable.value) for variable in course.variables.values()}
    asked = {"domain": domain_names, "network": network_names} if "libvirt" in course.uses else {}
    for kind, question in asked.items():
        for uri in (SYSTEM, SESSION):
            yield from (Secret(kind, name) for name in _names(host, question(uri)) if name not in ours)


def _names(host: LiveHost, question: Question[list[str]]) -> list[str]:
    try:
        return host.ask(question)
    except Unobservable:
        return []


def _kept(course: Course | None) -> Iterator[str]:
    yield _DEFAULT_NETWORK
    if course is not None:
        yield course.digest.removeprefix("sha256:")
        for variable in course.variables.values():
            yield str(variable.value).casefold()
            yield f"variables.{variable.name}"
            if variable.type == "address":
                yield f"{variable.value}/24"
