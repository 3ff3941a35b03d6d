"""A computer on the internet: a network namespace of its own behind the machine's uplink.

All addresses are from the blocks reserved for documentation (RFC 5737); no packet leaves this host.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass
from tutor.sandbox.process import MachineError, call, host_environment, took_longer
from tutor.sandbox.shell import Completed
from tutor.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.sandbox.container import Container

UPLINK = "eth0"
MACHINE_ADDRESS = "198.51.100.2"
ROUTER_ADDRESS = "198.51.100.1"
CLIENT_ADDRESS = "203.0.113.7"
_MACHINE_SETUP = (
    f"ip link set {UPLINK} up && ip address add {MACHINE_ADDRESS}/24 dev {UPLINK} && "
    f"ip route add default via {ROUTER_ADDRESS}"
)
_CLIENT_SETUP = (
    f"ip link set lo up && ip address add {CLIENT_ADDRESS}/32 dev lo && ip link set {UPLINK} up && "
    f"ip address add {ROUTER_ADDRESS}/24 dev {UPLINK} && "
    f"ip route change 198.51.100.0/24 dev {UPLINK} src {CLIENT_ADDRESS}"
)
# Connect, and print the first line the other side says.
_BANNER = (
    "import socket, sys\n"
    "with socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])) as s:\n"
    "    print(s.makefile().readline(), end='')\n"
)


@dataclass(frozen=True)
class Client:
    """The computer: it has the machine's files and a network of its own.

    :ivar address: its address; :ivar machine_address: the machine's, on its uplink.
    """

    container: Container
    network: int
    address: str = CLIENT_ADDRESS
    machine_address: str = MACHINE_ADDRESS

    def run(self, command: str, timeout: float = 30) -> Completed:
        """Run a line of sh as root on the client.

        :raises MachineError: it took longer than ``timeout`` seconds.
        """
        return self._execute(command, ["sh", "-c", command], timeout)

    def banner(self, port: int, address: str | None = None, timeout: float = 5) -> str | None:
        """Connect to the machine's TCP ``port``; return the first line it says, None when nobody answers.

        :param timeout: seconds for connecting and for the line.
        """
        target = address or self.machine_address
        argv = ["python3", "-c", _BANNER, target, str(port), str(timeout)]
        done = self._execute(f"connect to {target}:{port}", argv, 2 * timeout + 5)
        return done.stdout.strip() if done.returncode == 0 else None

    def _execute(self, what: str, argv: list[str], timeout: float) -> Completed:
        files = f"--mount=/proc/{self.container.init}/ns/mnt"
        try:
            done = subprocess.run(
                ["nsenter", files, f"--net=/proc/{self.network}/ns/net", "--", *argv],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
                env=host_environment(),
            )
        except subprocess.TimeoutExpired as error:
            raise MachineError(took_longer(what, timeout)) from error
        return Completed(what, done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def attached_client(container: Container) -> Iterator[Client]:
    """Lay a cable to a new client, which is also the machine's default gateway.

    :raises MachineError: the machine has this host's network, and so no uplink of its own.
    """
    if not container.private_network:
        raise MachineError(text("A client needs a machine with a private network."))
    # The namespace lives as long as this process: no name, so nothing to forget.
    with subprocess.Popen(
        ["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL, env=host_environment()
    ) as holder:
        try:
            _wait_for_namespace(holder.pid)
            ends = [UPLINK, "netns", str(container.init), "type", "veth", "peer", "name", UPLINK]
            call(["ip", "link", "add", *ends, "netns", str(holder.pid)], timeout=10)
            client = Client(container, holder.pid)
            client.run(_CLIENT_SETUP).require_success()
            setup = container.execute(["sh", "-c", _MACHINE_SETUP])
            Completed("set the uplink up", setup.returncode, "", setup.stderr.decode()).require_success()
            yield client
        finally:
            holder.kill()


def _wait_for_namespace(pid: int) -> None:
    """Wait until ``pid`` has left this host's network namespace."""
    ours = Path("/proc/self/ns/net").readlink()
    for _ in range(500):
        if Path(f"/proc/{pid}/ns/net").readlink() != ours:
            return
        time.sleep(0.01)
    raise MachineError("The client's network namespace did not come into being.")
