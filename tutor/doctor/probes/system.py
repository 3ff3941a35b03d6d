"""The system itself: what it is, its kernel, its clock, its packages."""

from __future__ import annotations

from shlex import quote
from time import gmtime, strftime

from tutor.course.records import SUBJECTS
from tutor.doctor.findings import advice, problem
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, NotApplicable, probe
from tutor.grading.facts import PROVEN, host_facts
from tutor.host.clock import clock
from tutor.host.cpu import container
from tutor.host.files import file_status, file_text
from tutor.host.host import Host
from tutor.host.kernel import system
from tutor.host.programs import package, program
from tutor.host.question import Unobservable
from tutor.host.starting import half_installed, sudo
from tutor.text import text

#: No machine has run this program earlier: 1 January 2026, UTC.
PUBLISHED = 1_767_225_600

#: How far a clock may be behind a file of its own system, in seconds: file servers and dual boots differ.
_SLACK = 86_400

#: The kernel's parts that libvirt's networks are made of, and where each shows that it is there.
_PARTS = {"bridge": "/sys/module/bridge", "tun": "/dev/net/tun"}

#: The package of libvirt's daemon, by the family of distributions.
_DAEMON_PACKAGES = ("libvirt-daemon", "libvirt-daemon-driver-qemu")


@probe("system", about=())
def proven_system(host: Host, _needs: Needs) -> Answers:
    """The system is one that the course is proven on."""
    facts = host_facts(host, ())
    if facts.os is not None and facts.os not in PROVEN:
        yield advice(
            "unproven-system",
            text("this is {os}; the course is tested on {proven}", os=facts.os, proven=", ".join(PROVEN)),
            why=text("Names of packages and services, and what they allow, differ between systems."),
        )
    yield text("{os}, kernel {kernel}", os=facts.os or "?", kernel=facts.kernel or "?")


@probe("sudo", about=())
def root_by_sudo(host: Host, _needs: Needs) -> Answers:
    """You can run commands as root with sudo."""
    why = text("Installing, and changing the system, are root's; the course does that with sudo.")
    if host.ask(program("sudo")) is None:
        hint = text("As root: apt-get install sudo, and add yourself to the group sudo.")
        yield problem("sudo-missing", text("sudo is not installed"), why=why, hint=hint)
        return
    found = host.ask(sudo())
    if not found["works"]:
        hint = text("Ask whoever looks after this machine to let you use sudo.")
        yield problem("no-sudo", text("sudo refuses: {said}", said=found["said"]), why=why, hint=hint)
        return
    yield text("sudo works")


@probe("kernel")
def kernel_parts(host: Host, _needs: Needs) -> Answers:
    """The running kernel has bridges and tun devices, or can load them."""
    missing = [name for name, path in _PARTS.items() if host.ask(file_status(path)) is None]
    why = text("Each network of libvirt is a bridge, and each guest's network card a tun device.")
    if not missing:
        yield text("bridge and tun are there")
    elif host.ask(container()) is not None:
        yield from _missing_in_container(missing, why)
    elif host.ask(file_status(f"/lib/modules/{host.ask(system())['kernel']}")) is None:
        what = text("the modules of the running kernel are gone: it was upgraded, and not started since")
        hint = text("Start the machine again.")
        yield problem("kernel-upgraded", what, why=why, hint=hint)
    elif "tun" in missing:
        fix = ["sudo modprobe tun", f"sudo sh -c {quote(_NODE)}"]
        yield problem("tun-missing", text("there is no /dev/net/tun"), why=why, fix=fix)
    else:
        yield text("bridge is loaded when it is needed")


#: The kernel's number for it (Documentation/admin-guide/devices.txt); udev makes it by itself where it runs.
_NODE = "mkdir -p /dev/net; [ -e /dev/net/tun ] || mknod -m 0666 /dev/net/tun c 10 200"


def _missing_in_container(missing: list[str], why: object) -> Answers:
    """The kernel is the container's host's; the device can be made where that host allows it."""
    if "tun" in missing:
        what, hint = text("there is no /dev/net/tun in this container"), text("Its host must hand it in.")
        fix = [f"sudo sh -c {quote(_NODE)}"]
        yield problem("tun-missing", what, why=why, hint=hint, fix=fix)  # type: ignore[arg-type]
    else:
        yield text("bridge and tun are its host's")


@probe("clock", about=())
def right_clock(host: Host, _needs: Needs) -> Answers:
    """The clock is right, as far as this machine can tell."""
    seen = host.ask(clock())
    why = text("With a wrong clock, apt refuses package lists and browsers refuse certificates.")
    hint = text("Look at: timedatectl")
    now = strftime("%Y-%m-%d", gmtime(seen["now"]))
    if seen["now"] < PUBLISHED:
        what = text("it says {now}, before this tutor was published", now=now)
        yield problem("clock-behind", what, why=why, hint=hint, fix=_SYNCHRONISE)
    elif seen["witness"] is not None and seen["now"] < seen["seen"] - _SLACK:
        later = strftime("%Y-%m-%d", gmtime(seen["seen"]))
        what = text("it says {now}, but {file} is of {later}", now=now, file=seen["witness"], later=later)
        yield problem("clock-behind", what, why=why, hint=hint, fix=_SYNCHRONISE)
    elif seen["synchronised"] is False and host.ask(container()) is None:
        what = text("it says {now}, and no time server has confirmed that", now=now)
        yield advice("clock-unsynchronised", what, why=why, hint=hint, fix=_SYNCHRONISE)
    yield text("it says {now}", now=now)


_SYNCHRONISE = ("sudo timedatectl set-ntp true",)


@probe("packages", about=())
def whole_packages(host: Host, _needs: Needs) -> Answers:
    """No package is half installed."""
    names = host.ask(half_installed())
    if names:
        yield problem(
            "half-installed",
            text("begun, and not finished with: {packages}", packages=", ".join(names)),
            why=text("apt refuses to install anything until that is done."),
            hint=text("An installation was interrupted: let dpkg finish it."),
            fix=["sudo dpkg --configure -a", "sudo apt-get install -f -y"],
        )
        return
    yield text("none is")


@probe("host-name", about=())
def known_host_name(host: Host, _needs: Needs) -> Answers:
    """The machine knows its own name."""
    name = (host.ask(file_text("/etc/hostname")) or {"text": ""})["text"].strip()
    hosts = (host.ask(file_text("/etc/hosts")) or {"text": ""})["text"]
    lines = (line.partition("#")[0].split() for line in hosts.splitlines())
    if not name or any(name in line[1:] for line in lines):
        yield text("{name}", name=name or "-")
        return
    switch = (host.ask(file_text("/etc/nsswitch.conf")) or {"text": ""})["text"]
    if "myhostname" in switch:
        yield text("{name}", name=name)
        return
    yield advice(
        "host-name-unknown",
        text("/etc/hosts does not have {name}", name=name),
        why=text("Every sudo complains that it cannot resolve the host's name, and waits for it."),
        fix=[f"printf '127.0.1.1\\t%s\\n' {quote(name)} | sudo tee -a /etc/hosts"],
    )


@probe("versions")
def running_versions(host: Host, _needs: Needs) -> Answers:
    """Libvirt's daemon is the installed one, not what was there before an upgrade."""
    facts = host_facts(host, SUBJECTS)
    if facts.libvirt is None:
        raise NotApplicable(text("no daemon of libvirt has told its version"))
    try:
        found = [one for name in _DAEMON_PACKAGES if (one := host.ask(package(name)))]
    except Unobservable:
        found = []
    # What stands before a colon is the epoch, not a part of libvirt's version.
    if found and not found[0]["version"].rpartition(":")[2].startswith(facts.libvirt):
        yield advice(
            "daemon-outdated",
            text(
                "{running} runs, {version} is installed", running=facts.libvirt, version=found[0]["version"]
            ),
            why=text("The daemon was started before the upgrade, and does not know the new programs."),
            fix=["sudo systemctl restart libvirtd"],
        )
    yield text("libvirt {libvirt}, QEMU {qemu}", libvirt=facts.libvirt, qemu=facts.qemu or "-")
