"""The process side of a machine: start systemd-nspawn, wait for its init, enter, make it gone."""

from __future__ import annotations

import subprocess
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass, field
from tutor.sandbox import cgroups, service
from tutor.sandbox.building import RECIPES
from tutor.sandbox.process import (
    CommandError,
    MachineError,
    communicate,
    host_environment,
    last_lines,
)
from tutor.sandbox.supervisor import POLL_SECONDS, RECORD, halt, supervisor
from tutor.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOOT_SECONDS = 60.0
# Enough for libvirt and everything it starts; what is missing in a container is the control groups.
NSPAWN = (
    *("systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--hostname=lab"),
    *("--capability=all", "--bind=/dev/net/tun", "--timezone=off", "--link-journal=no"),
)


@dataclass
class Container:
    """One machine's processes; any process of root's can make one for a machine that runs already.

    :ivar directory: holds its disk, its console's log and who holds it; the caller makes and removes it.
    :ivar kept: whether the disk survives a power off (a directory) or not (memory).
    :ivar binds: files and directories of this host to show read-only, each with its place in the machine.
    :ivar lasting: it outlives the login it was started from, and boots whatever its user did to it.
    """

    name: str
    layers: tuple[Path, ...]
    directory: Path
    private_network: bool = True
    kept: bool = False
    binds: Mapping[Path, str] = field(default_factory=dict)
    lasting: bool = False
    _started: subprocess.Popen[bytes] | None = None

    @property
    def init(self) -> int:
        """The process that is number 1 in the machine, as this host numbers it; 0 while it is off."""
        holder = supervisor(self.directory)
        return 0 if holder is None else holder.init

    def power_on(self) -> None:
        """Boot, and return when systemd says that everything runs.

        :raises MachineError: it does not within BOOT_SECONDS, or a unit failed; with what the console said.
        """
        (self.directory / "disk").mkdir(exist_ok=True)
        (self.directory / RECORD).unlink(missing_ok=True)
        try:
            self._start()
            self._wait_until_running(time.monotonic() + BOOT_SECONDS)
        except BaseException:
            self.power_off()
            raise

    def power_off(self) -> None:
        """Cut the power: nothing inside is asked, so nothing waits for running guests."""
        halt(self.directory)
        if self._started is not None:
            # Where it ended before it could say who it is.
            self._started.kill()
            self._started.wait()
            self._started = None

    def execute(
        self,
        argv: Sequence[str],
        *,
        data: bytes | None = None,
        timeout: float = 60,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run ``argv`` as root in the machine, in a nearly empty environment.

        :param data: standard input; none is the end of the file at once.
        :param timeout: seconds; then the command and everything below it is killed.
        :raises CommandError: it took longer, with what it had printed.
        """
        return communicate(self.entering(argv), argv[-1], data=data, timeout=timeout, env=env)

    def entering(self, argv: Sequence[str]) -> list[str]:
        """Return what to run on this host to run ``argv`` as root in the machine.

        :raises MachineError: the machine is off.
        """
        init = self.init
        if not init:
            raise MachineError(text("The machine {name} is off.", name=self.name))
        return ["nsenter", f"--target={init}", "--all", "--", *argv]

    def _start(self) -> None:
        """Start systemd-nspawn, in a service of its own where that is wanted and possible."""
        console = self.directory / "console.log"
        if self.lasting and service.available():
            service.start(self.name, self._command([]), console)
            return
        groups = cgroups.below_ours(self.name)
        # Before they are made: whoever has to tidy up after a killed process must know them.
        (self.directory / "cgroups").write_text("\n".join(map(str, groups)))
        cgroups.create(groups)
        with console.open("wb") as log:
            self._started = subprocess.Popen(
                self._command(groups),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=host_environment(),
            )

    def _command(self, groups: Sequence[Path]) -> list[str]:
        """The whole command line: mounts in a namespace of their own, then systemd-nspawn."""
        disk = self.directory / "disk"
        network = (
            ["--private-network", "--resolv-conf=off"]
            if self.private_network
            else ["--resolv-conf=replace-host"]
        )
        return [
            *("unshare", "--mount", "sh", str(RECIPES / "boot.sh"), str(self.directory / RECORD)),
            ":".join(str(layer) for layer in self.layers),
            *(str(disk), "yes" if self.kept else "no", uuid.uuid4().hex),
            *(str(group) for group in groups),
            *("--", *NSPAWN, *network, f"--machine={self.name}", f"--directory={disk / 'root'}"),
            *(f"--bind-ro={source}:{target}" for source, target in self.binds.items()),
        ]

    def _wait_until_running(self, deadline: float) -> None:
        """Poll systemd(1) until it is done with booting."""
        while time.monotonic() < deadline:
            state = self._state() if self.init else ""
            if state == "running" or (state == "degraded" and self.lasting):
                return
            if state == "degraded":
                failed = self.execute(["systemctl", "--failed", "--no-legend", "--plain"]).stdout.decode()
                raise CommandError(
                    text("The machine {name} booted, but units failed", name=self.name), failed
                )
            if self._has_ended():
                break
            time.sleep(POLL_SECONDS)
        console = (self.directory / "console.log").read_text(errors="replace")
        raise CommandError(text("The machine {name} did not boot", name=self.name), last_lines(console))

    def _has_ended(self) -> bool:
        holder = supervisor(self.directory)
        if holder is not None:
            return not holder.alive
        return self._started is not None and self._started.poll() is not None

    def _state(self) -> str:
        """One word of `systemctl is-system-running`."""
        return self.execute(["systemctl", "is-system-running"]).stdout.decode().strip()
