"""Libvirt's daemon: monolithic (libvirtd) or modular (virtqemud, virtnetworkd, ...)."""

from __future__ import annotations

from collections.abc import Sequence

from checks.commands import virsh
from checks.packages import install
from tutor.grading.finding import failed, passed, unknown
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host, together
from tutor.host.libvirt.connection import SYSTEM, SYSTEM_ERROR, Access, connection
from tutor.host.libvirt.network_conf import firewall_backend
from tutor.host.programs import program
from tutor.host.question import Unobservable
from tutor.host.systemd import Unit, unit
from tutor.text import Text, text

#: Each way to run libvirt: the daemons that must all be there (libvirt.org/daemons.html).
MONOLITHIC = ("libvirtd",)
MODULAR = ("virtqemud", "virtnetworkd", "virtstoraged")

_WHY = text(
    "Every tool of libvirt talks to this daemon; it also starts the guests and networks marked for it."
)
_ACCESSES: tuple[Access, ...] = ("read", "write")
_EPERM, _EACCES = 1, 13


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
        return self.service["load"] == "masked" or self.service["file"].startswith("masked")

    @property
    def failed(self) -> bool:
        """Given up by systemd, or between two attempts: a crash loop is seldom seen at rest."""
        return self.service["active"] == "failed" or self.falling

    @property
    def falling(self) -> bool:
        """Ended by itself, and about to be tried again; systemd has several states for that since 254."""
        return "auto-restart" in self.service["sub"]

    @property
    def starting(self) -> bool:
        """Neither stopped nor there: how it ends, nobody can tell yet."""
        return self.service["active"] == "activating" and not self.falling

    @property
    def running(self) -> bool:
        return self.service["active"] in ("active", "reloading", "refreshing")

    @property
    def up(self) -> bool:
        """Runs, or sleeps behind a socket that listens: the first client wakes it."""
        asleep = self.service["active"] == "inactive" and not self.masked and not self.falling
        return self.running or (asleep and self.socket["active"] == "active")

    @property
    def at_boot(self) -> bool:
        return self.service["file"] == "enabled"

    @property
    def at_first_client(self) -> bool:
        return self.socket["file"] == "enabled" and not self.masked


@check("libvirt-daemon-running")
def libvirt_daemon_running(host: Host) -> Finding:
    """Libvirt's daemon runs, or listens and starts by itself."""
    try:
        daemons = _daemons(host)
    except Unobservable:
        # No systemd to ask: the daemon itself is the better witness anyway.
        daemons = None
    try:
        voice = _voice(host)
    except Unobservable as failure:
        return _without_voice(host, daemons, failure)
    up = daemons is not None and all(daemon.up for daemon in daemons)
    if voice == "open" or (voice == "refused" and up):
        names = _names(daemons) if daemons and up else ""
        return passed(
            text("{daemons}: up", daemons=names) if names else text("libvirt answers on {uri}", uri=SYSTEM)
        )
    if daemons is not None:
        return _socket_gone(daemons) if up else _why_down(host, daemons)
    if _no_daemon_program(host):
        return _not_installed(host)
    return failed(
        "stopped", text("nobody listens for libvirt"), why=_WHY, hint=text("Start libvirt's daemon.")
    )


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
        note = text(
            "only the socket is enabled: guests and networks marked for autostart wait for the first client"
        )
        return passed(text("{daemons}: the socket is enabled", daemons=_names(daemons)), note=note)
    if not _installed(daemons):
        return _not_installed(host)
    names = [daemon.name for daemon in daemons]
    return failed(
        "masked" if any(daemon.masked for daemon in daemons) else "not-enabled",
        text("{states}", states=_states(daemons, "file")),
        why=text("What is only started by hand is gone after the next boot."),
        hint=text("Look at: systemctl is-enabled {unit}", unit=names[0]),
        fix=(*_unmask(daemons), f"sudo systemctl enable {' '.join(names)}"),
    )


def start_commands(host: Host) -> tuple[str, ...]:
    """The commands that start the daemon, installing it where it is missing; none where it falls again."""
    try:
        daemons = _daemons(host)
    except Unobservable:
        return ()
    if not _installed(daemons):
        return _install(host)
    return () if any(daemon.failed for daemon in daemons) else _start(daemons)


def still_starting(host: Host) -> Finding | None:
    """What is to be said of a daemon that is starting; None where none is, or nobody could ask."""
    try:
        daemons = _daemons(host)
    except Unobservable:
        return None
    return _starting(daemons) if any(daemon.starting for daemon in daemons) else None


def install_daemon(host: Host) -> tuple[str, ...]:
    """The commands that install and start the daemon; none where it is installed."""
    return _install(host) if _no_daemon_program(host) else ()


def restart_command(host: Host, modular: str) -> str:
    """The command that restarts the daemon: libvirtd, or ``modular`` where that is what runs."""
    return f"sudo systemctl restart {_running(host, modular)}"


def _running(host: Host, modular: str) -> str:
    try:
        monolithic = any(daemon.name in MONOLITHIC for daemon in _daemons(host))
    except Unobservable:
        monolithic = True
    return MONOLITHIC[0] if monolithic else modular


def rules_anew(host: Host) -> str:
    """The command that has libvirt write the firewall's rules of all its networks anew.

    With nftables it restarts twice: libvirt takes a network's rules away by the numbers that they had, which
    after a flush are those that another network has just been given (one restart in four, in 11.3). When it
    restarts again, each number is one rule's.
    """
    daemon = _running(host, "virtnetworkd")
    restart = f"sudo systemctl restart {daemon}"
    if not _may_use_nftables(host):
        return restart
    # Systemd refuses the sixth start within ten seconds, and counts anew from there.
    return f"{restart} && {virsh(host, 'net-list')} && sudo systemctl reset-failed {daemon} && {restart}"


def _may_use_nftables(host: Host) -> bool:
    try:
        return firewall_backend(host, host.ask(connection(SYSTEM, "read"))["libvirt"]) != "iptables"
    except Unobservable:
        return True


def _daemons(host: Host) -> list[_Daemon]:
    """The daemons of the way that libvirt is run here; monolithic where neither is up or enabled."""
    ways = []
    for names in (MONOLITHIC, MODULAR):
        together(host, *(unit(f"{name}.{kind}") for name in names for kind in ("service", "socket")))
        way = [_Daemon(host, name) for name in names]
        if all(daemon.up for daemon in way):
            return way  # systemd takes a millisecond for each unit that nobody need ask for
        ways.append(way)
    for way in ways:
        if all(daemon.at_boot or daemon.at_first_client for daemon in way):
            return way
    return next((way for way in ways if _installed(way)), ways[0])


def _voice(host: Host) -> str:
    """Whether libvirt lets us in (``open``), turns us away (``refused``), or is not there (``silent``).

    A socket can listen for a daemon that cannot start, or be gone under one that runs: only
    asking tells. The socket for reading alone may be missing until the daemon has woken up.
    """
    refused = False
    for access in _ACCESSES:
        answer = host.ask(connection(SYSTEM, access))
        if answer["open"]:
            return "open"
        refused = refused or answer["code"] != SYSTEM_ERROR or answer["errno"] in (_EPERM, _EACCES)
    return "refused" if refused else "silent"


def _without_voice(host: Host, daemons: Sequence[_Daemon] | None, failure: Unobservable) -> Finding:
    """What the units alone tell, where libvirt could not be asked.

    :raises Unobservable: ``failure``, where they do not settle it.
    """
    if daemons is None:
        raise failure
    if not all(daemon.up for daemon in daemons):
        return _why_down(host, daemons)
    if failure.reason == "binding-missing":
        return passed(text("{daemons}: up", daemons=_names(daemons)))
    if failure.reason == "not-answering" and not any(daemon.running for daemon in daemons):
        # The socket took the call, and systemd hung up because the service would not start.
        return _daemon_failed(daemons)
    raise failure


def _why_down(host: Host, daemons: Sequence[_Daemon]) -> Finding:
    if not _installed(daemons):
        return _not_installed(host)
    if any(daemon.failed for daemon in daemons):
        return _daemon_failed(daemons)
    if any(daemon.starting for daemon in daemons):
        return _starting(daemons)
    return failed(
        "masked" if any(daemon.masked for daemon in daemons) else "stopped",
        text("{states}, and nobody listens in its place", states=_states(daemons, "active")),
        why=_WHY,
        hint=_look_at(daemons),
        fix=_start(daemons),
    )


def _starting(daemons: Sequence[_Daemon]) -> Finding:
    """Not yet so, and not wrong either: in a moment it is one or the other.

    The fix does not start it twice: systemctl joins the start that is under way, waits for its end, and
    tells whether it was a good one.
    """
    return unknown(
        "starting",
        text("{states}: it is starting, and not there yet", states=_states(daemons, "active")),
        hint=text(
            "Wait a moment, then check once more. If it takes long, read why: sudo journalctl -u {unit}",
            unit=daemons[0].name,
        ),
        fix=_start(daemons),
    )


def _daemon_failed(daemons: Sequence[_Daemon]) -> Finding:
    """No fix: what starts and falls will fall again until someone has read why."""
    states = _states(daemons, "active")
    why_it_fell = text(
        "Read why, mend that, and start it again: sudo journalctl -u {unit}", unit=daemons[0].name
    )
    if any(daemon.falling for daemon in daemons):
        return failed(
            "daemon-failed",
            text("{states}: it ended by itself, and systemd is about to try again", states=states),
            why=_WHY,
            hint=why_it_fell,
        )
    return failed(
        "daemon-failed",
        text("{states}: it was started, and ended by itself", states=states),
        why=_WHY,
        hint=why_it_fell,
    )


def _socket_gone(daemons: Sequence[_Daemon]) -> Finding:
    units = " ".join(f"{daemon.name}.{kind}" for daemon in daemons for kind in ("service", "socket"))
    return failed(
        "socket-gone",
        text("{states}, but nobody can reach it: its socket is gone", states=_states(daemons, "active")),
        why=_WHY,
        hint=_look_at(daemons),
        # A socket cannot be made anew under a service that runs.
        fix=(f"sudo systemctl stop {units}", *_start(daemons)),
    )


def _start(daemons: Sequence[_Daemon]) -> tuple[str, ...]:
    return (*_unmask(daemons), f"sudo systemctl start {' '.join(daemon.name for daemon in daemons)}")


def _no_daemon_program(host: Host) -> bool:
    return not any(host.ask(program(name)) for name in ("libvirtd", "virtqemud"))


def _not_installed(host: Host) -> Finding:
    return failed(
        "not-installed",
        text("neither libvirtd nor virtqemud is installed"),
        why=_WHY,
        hint=text("Install the package that brings the daemon."),
        fix=_install(host),
    )


def _install(host: Host) -> tuple[str, ...]:
    # Debian's package starts what it brings; others leave that to the administrator.
    return (*install(host, ["libvirtd", "virsh"]), "sudo systemctl enable --now libvirtd")


def _unmask(daemons: Sequence[_Daemon]) -> tuple[str, ...]:
    masked = [daemon for daemon in daemons if daemon.masked]
    units = " ".join(f"{daemon.name}.{kind}" for daemon in masked for kind in ("service", "socket"))
    runtime = any(daemon.service["file"] == "masked-runtime" for daemon in masked)
    commands = [f"sudo systemctl unmask {units}"] if masked else []
    # A mask for this boot lies in another folder, which unmask leaves alone.
    return (*commands, *([f"sudo systemctl unmask --runtime {units}"] if runtime else []))


def _installed(daemons: Sequence[_Daemon]) -> bool:
    return all(daemon.installed for daemon in daemons)


def _names(daemons: Sequence[_Daemon]) -> str:
    return ", ".join(daemon.name for daemon in daemons)


def _states(daemons: Sequence[_Daemon], which: str) -> str:
    """The services in systemd's own words; ``which`` is ``active`` or ``file``."""
    words = {
        daemon.name: daemon.service["active"] if which == "active" else daemon.service["file"]
        for daemon in daemons
    }
    return ", ".join(f"{name}.service {word or '-'}" for name, word in words.items())


def _look_at(daemons: Sequence[_Daemon]) -> Text:
    return text("Look at: systemctl status {unit}", unit=daemons[0].name)
