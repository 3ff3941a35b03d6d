"""Which package brings which program, and how this system installs one."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.host.host import Host
from tutor.host.programs import package, program
from tutor.host.question import Unobservable

#: Program to package, by the program that installs packages (Debian and Ubuntu, Fedora and RHEL).
PACKAGES = {
    "apt-get": {
        "qemu-system-x86_64": "qemu-system-x86",
        "qemu-img": "qemu-utils",
        "libvirtd": "libvirt-daemon-system",
        "virsh": "libvirt-clients",
        "virt-install": "virtinst",
        "virt-xml": "virtinst",
        "virt-manager": "virt-manager",
        "virt-viewer": "virt-viewer",
        "dnsmasq": "dnsmasq-base",
        "iptables": "iptables",
        "nft": "nftables",
    },
    "dnf": {
        "qemu-system-x86_64": "qemu-system-x86-core",
        "qemu-img": "qemu-img",
        "libvirtd": "libvirt-daemon",
        "virsh": "libvirt-client",
        "virt-install": "virt-install",
        "virt-xml": "virt-install",
        "virt-manager": "virt-manager",
        "virt-viewer": "virt-viewer",
        "dnsmasq": "dnsmasq",
        "iptables": "iptables-nft",
        "nft": "nftables",
    },
}

#: Packages that only pull in another since it has their files: Debian 13's virtinst.
_BECAME = {"virtinst": "virt-install"}

#: What puts the files of an installed package back: installing it once more does nothing.
_REINSTALL = {"apt-get": "apt-get install --reinstall -y", "dnf": "dnf reinstall -y"}


def package_names(host: Host, programs: Sequence[str]) -> list[str]:
    """The packages of this system that bring ``programs``, in that order, each once."""
    known = PACKAGES[_installer(host)]
    return list(dict.fromkeys(known[name] for name in programs if name in known))


def install(host: Host, programs: Sequence[str]) -> tuple[str, ...]:
    """The commands that install ``programs``; none for none."""
    names = package_names(host, programs)
    robbed = [name for name in names if _is_robbed(host, name, programs)]
    new = [name for name in names if name not in robbed]
    installer = _installer(host)
    commands = [f"sudo {installer} install -y {' '.join(new)}"] if new else []
    if robbed:
        owners = " ".join(_owner(host, name) for name in robbed)
        commands.append(f"sudo {_REINSTALL[installer]} {owners}")
    return tuple(commands)


def install_missing(host: Host, programs: Sequence[str]) -> tuple[str, ...]:
    """The command that installs those of ``programs`` that are not here."""
    return install(host, [name for name in programs if host.ask(program(name)) is None])


def _is_robbed(host: Host, name: str, programs: Sequence[str]) -> bool:
    """Whether the package is installed, but a program of it is not there any more."""
    known = PACKAGES[_installer(host)]
    gone = [one for one in programs if known.get(one) == name and host.ask(program(one)) is None]
    try:
        return bool(gone) and host.ask(package(name)) is not None
    except Unobservable:
        return False


def _owner(host: Host, name: str) -> str:
    """The package that has the files: the one called so, or what it has become, where that is installed."""
    new = _BECAME.get(name)
    try:
        return new if new is not None and host.ask(package(new)) is not None else name
    except Unobservable:
        return name


def _installer(host: Host) -> str:
    # Debian's way where nothing is known: the course is written for it.
    return next((name for name in PACKAGES if host.ask(program(name))), "apt-get")
