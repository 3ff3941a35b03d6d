"""Libvirt's daemon, and whether this user may use it."""

from __future__ import annotations

from shlex import quote

from checks.services import MODULAR, MONOLITHIC
from tutor.doctor.findings import problem
from tutor.doctor.judged import judged, spec
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, probe
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.systemd import unit
from tutor.host.users import user
from tutor.text import text

#: Folders of this user's that libvirt and its tools write in; sudo, used once too often, makes them root's.
OWN_FOLDERS = (
    "~/.config",
    "~/.config/libvirt",
    "~/.cache",
    "~/.cache/libvirt",
    "~/.cache/virt-manager",
    "~/.local",
    "~/.local/share",
    "~/.local/share/libvirt",
    "~/.local/share/virt-manager",
)


@probe("daemon")
def daemon(host: Host, _needs: Needs) -> Answers:
    """Libvirt's daemon runs, and starts with the machine."""
    return judged(host, spec("libvirt-daemon-running"), spec("libvirt-daemon-enabled"))


@probe("one-daemon")
def one_daemon(host: Host, _needs: Needs) -> Answers:
    """Libvirt is run in one way, monolithic or modular, not in both."""
    up = [
        name
        for name in (*MONOLITHIC, *MODULAR)
        if any(host.ask(unit(f"{name}.{kind}"))["active"] == "active" for kind in ("service", "socket"))
    ]
    if set(up) & set(MONOLITHIC) and set(up) & set(MODULAR):
        units = " ".join(f"{name}.{kind}" for name in MONOLITHIC for kind in ("service", "socket"))
        yield problem(
            "both-daemons",
            text("both listen: {daemons}", daemons=", ".join(up)),
            why=text(
                "Each believes that guests and networks are its own; what one starts, the other does not see."
            ),
            hint=text("Keep one. The modular daemons are what newer systems have chosen."),
            fix=[f"sudo systemctl disable --now {units}"],
        )
        return
    yield text("{daemons}", daemons=", ".join(up) or "-")


@probe("access", after=("daemon",))
def access(host: Host, _needs: Needs) -> Answers:
    """You may use the system's libvirt without root."""
    return judged(
        host,
        spec("libvirt-group", group="libvirt"),
        spec("libvirt-write-access", "libvirt-group", uri=SYSTEM),
    )


@probe("kvm-group", after=("programs",))
def kvm_group(host: Host, _needs: Needs) -> Answers:
    """You are in the group kvm, and this session has it."""
    return judged(
        host,
        spec("group-member", group="kvm"),
        spec("group-in-session", "group-member", group="kvm"),
    )


@probe("default-uri", after=("daemon",))
def uri(host: Host, _needs: Needs) -> Answers:
    """A new terminal of yours talks to the system's libvirt."""
    return judged(host, spec("default-uri", uri=SYSTEM))


@probe("own-folders")
def own_folders(host: Host, _needs: Needs) -> Answers:
    """Your own folders of libvirt's tools are yours."""
    me = host.ask(user())
    found = [status for path in OWN_FOLDERS if (status := host.ask(file_status(path)))]
    others = [status["path"] for status in found if status["uid"] != me["uid"] and not status["writable"]]
    if others:
        yield problem(
            "not-yours",
            text("not yours: {paths}", paths=", ".join(others)),
            why=text("virsh in session mode, virt-install and virt-manager fail where they cannot write."),
            hint=text("A tool that was run with sudo has made them root's."),
            fix=[f"sudo chown -R {quote(me['name'])}: {' '.join(map(quote, _topmost(others)))}"],
        )
        return
    yield text("all of them are")


def _topmost(paths: list[str]) -> list[str]:
    return [path for path in paths if not any(path.startswith(f"{other}/") for other in paths)]
