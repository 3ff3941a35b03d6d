"""The process side of a machine: start systemd-nspawn, wait for its init, enter, make it gone."""

from __future__ import annotations

import contextlib
import subprocess
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass, field
from tutor.sandbox import cgroups
from tutor.sandbox.images import RECIPES
from tutor.sandbox.process import (
    CommandError,
    MachineError,
    children,
    descendants,
    host_environment,
    kill,
    last_lines,
    program_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOOT_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
# Enough for libvirt and everything it starts; what is missing in a container is the control groups.
NSPAWN = (
    *("systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--hostname=lab"),
    *("--capability=all", "--bind=/dev/net/tun", "--timezone=off", "--link-journal=no"),
)


@dataclass
class Container:
    """One machine's processes.

    :ivar directory: holds its disk and its console's log; the caller makes and removes it.
    :ivar kept: whether the disk survives a power off (a directory) or not (memory).
    :ivar binds: files and directories of this host to show read-only, each with its place in the machine.
    """

    name: str
    layers: tuple[Path, ...]
    directory: Path
    private_network: bool = True
    kept: bool = False
    binds: Mapping[Path, str] = field(default_factory=dict)
    _nspawn: subprocess.Popen[bytes] | None = None
    _init: int = 0

    @property
    def init(self) -> int:
        """The process that is number 1 in the machine, as this host numbers it; 0 while it is off."""
        return self._init

    def power_on(self) -> None:
        """Boot, and return when systemd says that everything runs.

        :raises MachineError: it does not within BOOT_SECONDS, or a unit failed; with what the console said.
        """
        (self.directory / "disk").mkdir(exist_ok=True)
        groups = cgroups.create(self.name)
        # Whoever has to tidy up after a killed test run must know them.
        (self.directory / "cgroups").write_text("\n".join(map(str, groups)))
        with (self.directory / "console.log").open("wb") as console:
            self._nspawn = subprocess.Popen(
                self._command(groups),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
                env=host_environment(),
            )
        try:
            self._wait_until_running(time.monotonic() + BOOT_SECONDS)
        except BaseException:
            self.power_off()
            raise

    def power_off(self) -> None:
        """Cut the power: nothing inside is asked, so nothing waits for running guests."""
        if self._nspawn is not None:
            kill([self._find_init() or self._nspawn.pid])
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._nspawn.wait(STOP_SECONDS)
            kill([*descendants(self._nspawn.pid)])
            self._nspawn.kill()
            self._nspawn.wait()
        self._nspawn, self._init = None, 0
        cgroups.remove(recorded_groups(self.directory))

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
        with subprocess.Popen(
            self.entering(argv),
            stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=host_environment(env),
        ) as process:
            try:
                out, err = process.communicate(data, timeout)
            except subprocess.TimeoutExpired as error:
                printed = _abandon(process)
                raise CommandError(f"`{argv[-1]}` took longer than {timeout} s: {printed}") from error
            return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def entering(self, argv: Sequence[str]) -> list[str]:
        """Return what to run on this host to run ``argv`` as root in the machine.

        :raises MachineError: the machine is off.
        """
        if not self._init:
            raise MachineError(f"The machine {self.name} is off.")
        return ["nsenter", f"--target={self._init}", "--all", "--", *argv]

    def _command(self, groups: Sequence[Path]) -> list[str]:
        """The whole command line: mounts in a namespace of their own, then systemd-nspawn."""
        disk = self.directory / "disk"
        network = (
            ["--private-network", "--resolv-conf=off"]
            if self.private_network
            else ["--resolv-conf=replace-host"]
        )
        return [
            *("unshare", "--mount", "sh", str(RECIPES / "boot.sh")),
            ":".join(str(layer) for layer in self.layers),
            *(str(disk), "yes" if self.kept else "no", uuid.uuid4().hex),
            *(str(group) for group in groups),
            *("--", *NSPAWN, *network, f"--machine={self.name}", f"--directory={disk / 'root'}"),
            *(f"--bind-ro={source}:{target}" for source, target in self.binds.items()),
        ]

    def _wait_until_running(self, deadline: float) -> None:
        """Poll systemd(1) until it is done with booting."""
        while time.monotonic() < deadline:
            self._init = self._find_init()
            state = self._state() if self._init else ""
            if state == "running":
                return
            if state == "degraded":
                failed = self.execute(["systemctl", "--failed", "--no-legend", "--plain"]).stdout.decode()
                raise MachineError(f"The machine {self.name} booted, but units failed:\n{failed}")
            if self._nspawn is None or self._nspawn.poll() is not None:
                break
            time.sleep(POLL_SECONDS)
        console = (self.directory / "console.log").read_text(errors="replace")
        raise MachineError(
            f"The machine {self.name} did not boot. Its console's last lines:\n{last_lines(console)}"
        )

    def _state(self) -> str:
        """One word of `systemctl is-system-running`."""
        return self.execute(["systemctl", "is-system-running"]).stdout.decode().strip()

    def _find_init(self) -> int:
        """The child of systemd-nspawn that has become systemd: before that it still has this host's root."""
        pid = self._nspawn.pid if self._nspawn else 0
        return next((child for child in children(pid) if program_name(child) == "systemd"), 0)


def recorded_groups(directory: Path) -> list[Path]:
    """Return the control groups of the machine whose files are in ``directory``."""
    record = directory / "cgroups"
    return [Path(line) for line in record.read_text().splitlines()] if record.exists() else []


def _abandon(process: subprocess.Popen[bytes]) -> str:
    """Kill a command and all it started; return what it had printed."""
    kill([*descendants(process.pid), process.pid])
    try:
        out, err = process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        # Something that left the family still holds the pipe.
        return ""
    return last_lines(out + err)
