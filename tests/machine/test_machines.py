"""The machines themselves: what every other test in this folder stands on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.machine.guest import define_guest, start_default_network
from tests.machine.waiting import becomes
from tutor.sandbox import process, requirements
from tutor.sandbox.cache import cache_directory
from tutor.sandbox.images import image
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError, descendants
from tutor.sandbox.running import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

# A test run that boots a machine and is then killed, machine and all.
_FORSAKEN = """
import os, signal
from tutor.sandbox.machines import boot
with boot("base", name="lab-forsaken") as machine:
    print(machine.container.init, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A ready machine without the tool, for tests that leave it as it was."""
    with boot("ready") as booted:
        yield booted


def test_a_machine_boots_in_seconds() -> None:
    image("ready")
    start = time.monotonic()
    with boot("ready") as booted:
        assert time.monotonic() - start < 15
        assert booted.run("systemctl is-system-running").stdout == "running\n"


def test_a_client_outside_reaches_the_machine_and_back(machine: Machine) -> None:
    machine.write("/tmp/serve.py", _ONE_GREETING)
    with machine.client() as client:
        machine.run("systemd-run --quiet python3 /tmp/serve.py", user="root", check=True)
        assert becomes(lambda: client.banner(4321) == f"hello {client.address}")
        assert client.banner(4322, timeout=1) is None
        assert f"src {client.machine_address}" in machine.run(f"ip route get {client.address}").stdout
    assert "default via" not in machine.run("ip route").stdout


def test_machines_side_by_side_do_not_meet() -> None:
    with boot("base") as one, boot("base") as two:
        one.run("echo one > mine; (exec -a only-in-one sleep 1000) > /dev/null 2>&1 &", check=True)
        assert two.run("cat mine").returncode == 1
        assert two.run("pgrep -f only-in-on[e]").returncode == 1
        assert one.run("pgrep -f only-in-on[e]").returncode == 0
        assert one.read("/etc/machine-id") != two.read("/etc/machine-id")
        assert _namespace(one) != _namespace(two)
        one.power_off()
        assert two.run("systemctl is-system-running").stdout == "running\n"


def test_names_are_unique() -> None:
    with (
        boot("base", name="lab-twin"),
        pytest.raises(MachineError, match="lab-twin runs already"),
        boot("base", name="lab-twin"),
    ):
        pass


def test_power_off_leaves_nothing() -> None:
    with boot("ready") as booted:
        assert all(_traces(booted.name).values())
        start_default_network(booted)
        define_guest(booted).start()
        processes = [booted.container.init, *descendants(booted.container.init)]
        assert len(processes) > 5
        start = time.monotonic()
        booted.power_off()
        assert time.monotonic() - start < 5
        with pytest.raises(MachineError, match="is off"):
            booted.run("true")
    assert not [pid for pid in processes if Path(f"/proc/{pid}").exists()]
    assert not any(_traces(booted.name).values())


def test_this_host_is_left_alone() -> None:
    before = _host()
    with boot("ready") as booted, booted.client():
        start_default_network(booted)
        booted.run("sudo nft add table ip labb; sudo groupadd labb; touch ~/labb", check=True)
        assert _host() == before
    assert _host() == before


def test_a_killed_test_run_is_swept() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _FORSAKEN], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as run:
        init = int(run.communicate(timeout=120)[0])
    assert Path(f"/proc/{init}").exists()
    assert "lab-forsaken" in sweep()
    assert not Path(f"/proc/{init}").exists()
    assert not (cache_directory() / "running" / "lab-forsaken").exists()
    assert "lab-forsaken" not in sweep()


def test_a_kept_disk_survives_a_reboot() -> None:
    with boot("base", keep_disk=True) as booted:
        booted.run("echo kept > file", check=True)
        identity = booted.read("/etc/machine-id")
        booted.reboot()
        assert booted.run("cat file").stdout == "kept\n"
        assert booted.read("/etc/machine-id") == identity


def test_without_a_kept_disk_there_is_no_reboot(machine: Machine) -> None:
    with pytest.raises(MachineError, match="keep_disk=True"):
        machine.reboot()


def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(requirements.PROGRAMS, "no-such-program", "some-package")
    with (
        pytest.raises(MachineError, match="need no-such-program: sudo apt install some-package"),
        boot("base"),
    ):
        pass


def test_without_root_the_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MachineError, match="need root"), boot("base"):
        pass


def test_this_hosts_network_can_be_lent() -> None:
    before = _host()
    with boot("base", network="host") as booted:
        links = json.loads(booted.run("ip -j link show").stdout)
        assert json.dumps(sorted(link["ifname"] for link in links)) == before["links"]
        with pytest.raises(MachineError, match="private network"), booted.client():
            pass
    assert _host() == before


_ONE_GREETING = """
import socket
with socket.create_server(("", 4321)) as server:
    while True:
        connection, (address, _) = server.accept()
        with connection:
            connection.sendall(f"hello {address}\\n".encode())
"""


def _namespace(machine: Machine) -> str:
    return str(Path(f"/proc/{machine.container.init}/ns/net").readlink())


def _traces(name: str) -> dict[str, list[str]]:
    """What the machine ``name`` has on this host: processes, files, control groups; never a mount."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    assert not [line for line in mounts if name in line]
    commands = (_command_line(entry) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return {
        "processes": [line for line in commands if name in line],
        "files": [path.name for path in (cache_directory() / "running").glob(f"{name}*")],
        "groups": [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{name}")],
    }


def _command_line(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _host() -> dict[str, str]:
    """What a machine could change here: links, firewall, accounts, settings, libvirt's files, our home."""
    commands = {
        "links": ["ip", "-j", "link", "show"],
        "routes": ["ip", "route"],
        "tables": ["sh", "-c", "nft list tables 2>&1 || true"],
    }
    seen = {name: process.call(argv, timeout=10) for name, argv in commands.items()}
    seen["links"] = json.dumps(sorted(link["ifname"] for link in json.loads(seen["links"])))
    for path in ("/etc/passwd", "/etc/group", "/proc/sys/net/ipv4/ip_forward"):
        seen[path] = Path(path).read_text()
    for path in ("/etc/libvirt", "/var/lib/libvirt", "/run/libvirt"):
        seen[path] = str(sorted(str(found) for found in Path(path).rglob("*")))
    seen["home"] = str(sorted(found.name for found in Path.home().iterdir()))
    return seen
