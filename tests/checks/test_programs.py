"""Programs, and the commands that bring those that are missing."""

from __future__ import annotations

from typing import Any

import pytest

import checks.programs  # noqa: F401 - registers
from checks.packages import PACKAGES, install, install_missing, package_names
from tests.checks.fake_host import FakeHost, judged, refusal
from tutor.host.programs import package, program

ALL = tuple(dict.fromkeys(name for known in PACKAGES.values() for name in known))


def a_host(*present: str, packages: dict[str, str] | None = None) -> dict[Any, Any]:
    """A machine with these programs, and with these packages and their versions."""
    names = (*ALL, *PACKAGES)
    every = {name for known in PACKAGES.values() for name in known.values()}
    return {
        "file": None,
        **{program(name): f"/usr/bin/{name}" if name in present else None for name in names},
        **{
            package(name): {"name": name, "version": (packages or {})[name]}
            if name in (packages or {})
            else None
            for name in every
        },
    }


@pytest.mark.parametrize("check", ["programs", "program-versions"])
def test_present_and_missing(check: str) -> None:
    assert judged(check, a_host("virsh", "qemu-img"), programs=["virsh", "qemu-img"]).code is None
    finding = judged(check, a_host("virsh"), programs=["virsh", "qemu-img"])
    assert finding.code == "program-missing"
    assert finding.fix == ("sudo apt-get install -y qemu-utils",)


def test_a_program_without_a_package_has_no_command() -> None:
    finding = judged("programs", {**a_host(), program("brctl"): None}, programs=["brctl"])
    assert (finding.code, finding.fix) == ("program-missing", ())


def test_an_installed_package_that_lost_its_program_is_installed_again() -> None:
    """apt-get install alone says that it is the newest version already, and does nothing."""
    host = FakeHost(a_host(packages={"qemu-utils": "1"}))
    assert install(host, ["qemu-img", "virsh"]) == (
        "sudo apt-get install -y libvirt-clients",
        "sudo apt-get install --reinstall -y qemu-utils",
    )
    fedora = FakeHost(a_host("dnf", packages={"qemu-img": "1"}))
    assert install(fedora, ["qemu-img"]) == ("sudo dnf reinstall -y qemu-img",)


def test_a_package_that_only_pulls_in_another_does_not_bring_its_files_back() -> None:
    """Debian 13's virtinst is empty: what it was is called virt-install there."""
    gone = program("virt-install")
    twelve = FakeHost({**a_host(packages={"virtinst": "1"}), gone: None})
    assert install(twelve, ["virt-install"]) == ("sudo apt-get install --reinstall -y virtinst",)
    thirteen = FakeHost({**a_host(packages={"virtinst": "1", "virt-install": "1"}), gone: None})
    assert install(thirteen, ["virt-install"]) == ("sudo apt-get install --reinstall -y virt-install",)


def test_without_a_package_database_the_plain_command_is_told() -> None:
    host = FakeHost({**a_host(), package("qemu-utils"): refusal("program-missing")})
    assert install(host, ["qemu-img"]) == ("sudo apt-get install -y qemu-utils",)


def test_packages_are_named_once_in_order() -> None:
    host = FakeHost(a_host("virsh"))
    assert package_names(host, ["virt-xml", "virsh", "virt-install"]) == ["virtinst", "libvirt-clients"]
    assert install_missing(host, ["virsh", "virt-xml"]) == ("sudo apt-get install -y virtinst",)
    assert install_missing(host, ["virsh"]) == ()
    assert package_names(FakeHost(a_host("dnf")), ["virsh"]) == ["libvirt-client"]


def test_versions_come_from_the_package_database() -> None:
    host = a_host("virsh", packages={"libvirt-clients": "9.0.0-4"})
    finding = judged("program-versions", host, programs=["virsh"])
    assert finding.observed is not None
    assert finding.observed.render(str) == "libvirt-clients 9.0.0-4"
    by_hand = judged("program-versions", {**host, package("libvirt-clients"): refusal()}, programs=["virsh"])
    assert by_hand.observed is not None
    assert by_hand.observed.render(str) == "virsh"
