"""Student machines for tests. Where they cannot run, a test that asks for one fails and says why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.machine.checkout import PROJECT
from tests.machine.guest import start_default_network
from tests.machine.lesson import bring_medium
from tests.machine.variants import use_backend
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError
from tutor.sandbox.running import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

#: libvirt's firewall on the machines, where it can be chosen: iptables or nftables. The release is
#: TUTOR_MACHINE_SUITE's. Both are for campaigns (docs/breadth.md); a plain run is on Debian 12.
BACKEND = os.environ.get("TUTOR_MACHINE_BACKEND")

_FOLDER = Path(__file__).parent

#: The modules that take minutes, the longest first: begun last, one of them would be waited for alone.
_LONG = (
    *("install", "networks", "install_states", "domains", "snapshots", "whole_course", "learn_swedish"),
    *("trouble", "cleanup", "course_in_machines", "sandbox", "handin", "tools", "watch", "sandbox_laptop"),
    *("breadth", "prove", "doctor"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and begin with what takes longest."""
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker("machine")
    items.sort(key=_turn)  # stable: the tests of a module stay in their order


def _turn(item: pytest.Item) -> int:
    module = item.path.stem.removeprefix("test_")
    return _LONG.index(module) if item.path.parent == _FOLDER and module in _LONG else len(_LONG)


@pytest.fixture(scope="session", autouse=True)
def _no_leftovers() -> None:
    """Remove the machines of test runs that were killed."""
    sweep()


@pytest.fixture
def bare_machine() -> Iterator[Machine]:
    """A machine of its own for this test: Debian, the tool, nothing of the course."""
    yield from _booted("bare")


@pytest.fixture
def ready_machine() -> Iterator[Machine]:
    """A machine of its own for this test: the course's installation done, the default network not started."""
    yield from _booted("ready")


@pytest.fixture(scope="module")
def bare_lesson_machine() -> Iterator[Machine]:
    """One bare machine for all tests of a module, which walk through the course in order."""
    yield from _booted("bare")


@pytest.fixture(scope="module")
def ready_lesson_machine() -> Iterator[Machine]:
    """One ready machine for all tests of a module, which walk through the course in order."""
    yield from _booted("ready")


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """One machine for all tests of a module: the installation lesson is done, and the medium fetched."""
    ready_lesson_machine.run("echo 'export LIBVIRT_DEFAULT_URI=qemu:///system' >> ~/.bashrc", check=True)
    start_default_network(ready_lesson_machine)
    bring_medium(ready_lesson_machine)
    return ready_lesson_machine


def _booted(image: str) -> Iterator[Machine]:
    """Boot a machine with the checkout's tool, or fail with the one sentence that says what is wrong."""
    try:
        with boot(image, project=PROJECT) as machine:
            if BACKEND is not None:
                use_backend(machine, BACKEND)
            if image == "ready":
                # A daemon that starts for its first client takes seconds on a loaded host, and the tool's
                # patience with one that hangs is shorter. Tests that start it anew wait for it themselves.
                machine.run("virsh -c qemu:///system uri", user="root", check=True)
            yield machine
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)
