"""Libvirt's daemon: monolithic (libvirtd) or modular (virtqemud, virtnetworkd, ...)."""

from __future__ import annotations

from collections.abc import Sequence

from checks.packages import install
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.programs import program
from tutor.host.question import Unobservable
from tutor.host.systemd import Unit, unit
from tutor.text import text

#: Each way to run libvirt: the daemons that must all be there (libvirt.org/daemons.html).
MONOLITHIC = ("libvirtd",)
MODULAR = ("virtqemud", "virtnetworkd", "virtstoraged")

_WHY = text("Every tool of libvirt talks to this daemon; it also starts the guests and networks marked for it.")


class _Daemon:
    """A daemon as its service and its socket show it."""

    def __init__(self, host: Host, name: str) -> None:
        self.name = name
        self.service: Unit = host.ask(unit(f"{name}.service"))
        self.socket: Unit = host.ask(unit(f"{name}.socket"))

    @property
    def installed(self) -> bool:
        return self.service["load"] != "not-found"

    @property
    def masked(self) -> bool:
        return "masked" in (self.service["load"], self.service["file"])

    @property
    def failed(self) -> bool:
        return self.service["active"] == "failed"

    @property
    def up(self) -> bool:
        """Runs, or sleeps behind a socket that listens: the first client wakes it."""
        running = self.service["active"] in ("active", "reloading")
        return running or (self.socket["active"] == "active" and not self.failed)

    @property
    def at_boot(self) -> bool:
        return self.service["file"] == "enabled"

    @property
    def at_first_client(self) -> bool:
        return self.socket["file"] == "enabled"


@check("libvirt-daemon-running")
def libvirt_daemon_running(host: Host) -> Finding:
    """Libvirt's daemon runs, or listens and starts by itself."""
    try:
        daemons = _daemons(host)
    except Unobservable:
        # No systemd to ask: the daemon itself is the better witness anyway.
        daemons = None
    if daemons and all(daemon.up for daemon in daemons):
        return passed(text("{daemons}: up", daemons=_names(daemons)))
    if host.ask(connection(SYSTEM, "read"))["open"]:
        return passed(text("libvirt answers on {uri}", uri=SYSTEM))
    if daemons is None and _no_daemon_program(host):
        return _not_installed(host)
    if daemons is None:
        return failed("stopped", text("nobody listens for libvirt"), why=_WHY, hint=text("Start libvirt's daemon."))
    return _why_down(host, daemons)


@check("libvirt-daemon-enabled")
def libvirt_daemon_enabled(host: Host) -> Finding:
    """Libvirt's daemon starts when the machine starts."""
    try:
        daemons = _daemons(host)
    except Unobservable:
        if _no_daemon_program(host):
            return _not_installed(host)
        raise
    if all(daemon.at_boot for daemon in daemons):
        return passed(text("{daemons}: enabled", daemons=_names(daemons)))
    if all(daemon.at_boot or daemon.at_first_client for daemon in daemons):
        note = text("only the socket is enabled: guests and networks marked for autostart wait for the first client")
        return passed(text("{daemons}: the socket is enabled", daemons=_names(daemons)), note=note)
    if not _installed(daemons):
        return _not_installed(host)
    names = [daemon.name for daemon in daemons]
    states = ", ".join(f"{daemon.name}.service {daemon.service['file'] or '-'}" for daemon in daemons)
    return failed(
        "masked" if any(daemon.masked for daemon in daemons) else "not-enabled",
        text("{states}", states=states),
        why=text("What is only started by hand is gone after the next boot."),
        hint=text("Look at: systemctl is-enabled {unit}", unit=names[0]),
        fix=(*_unmask(daemons), f"sudo systemctl enable {' '.join(names)}"),
    )


def _daemons(host: Host) -> list[_Daemon]:
    """The daemons of the way that libvirt is run here; monolithic where neither is up or enabled."""
    ways = [[_Daemon(host, name) for name in names] for names in (MONOLITHIC, MODULAR)]
    for way in ways:
        if all(daemon.up for daemon in way):
            return way
    for way in ways:
        if all(daemon.at_boot or daemon.at_first_client for daemon in way):
            return way
    return next((way for way in ways if _installed(way)), ways[0])


def _why_down(host: Host, daemons: Sequence[_Daemon]) -> Finding:
    if not _installed(daemons):
        return _not_installed(host)
    names = " ".join(daemon.name for daemon in daemons)
    states = ", ".join(f"{daemon.name}.service {daemon.service['active']}" for daemon in daemons)
    if any(daemon.masked for daemon in daemons):
        code = "masked"
    elif any(daemon.failed for daemon in daemons):
        code = "daemon-failed"
    else:
        code = "stopped"
    return failed(
        code,
        text("{states}, and nobody listens in its place", states=states),
        why=_WHY,
        hint=text("Look at: systemctl status {unit}", unit=daemons[0].name),
        fix=(*_unmask(daemons), f"sudo systemctl start {names}"),
    )


def _no_daemon_program(host: Host) -> bool:
    return not any(host.ask(program(name)) for name in ("libvirtd", "virtqemud"))


def _not_installed(host: Host) -> Finding:
    return failed(
        "not-installed",
        text("neither libvirtd nor virtqemud is installed"),
        why=_WHY,
        hint=text("Install the package that brings the daemon."),
        fix=install(host, ["libvirtd", "virsh"]),
    )


def _unmask(daemons: Sequence[_Daemon]) -> tuple[str, ...]:
    units = [f"{daemon.name}.{kind}" for daemon in daemons if daemon.masked for kind in ("service", "socket")]
    return (f"sudo systemctl unmask {' '.join(units)}",) if units else ()


def _installed(daemons: Sequence[_Daemon]) -> bool:
    return all(daemon.installed for daemon in daemons)


def _names(daemons: Sequence[_Daemon]) -> str:
    return ", ".join(daemon.name for daemon in daemons)
