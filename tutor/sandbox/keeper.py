"""What can be done with a sandbox.

Every step is written down before it is taken: one that is broken off is known for what it is. Whoever
calls holds the sandbox's lock (:meth:`tutor.sandbox.store.Store.locked`).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tutor.dataclass import dataclass, replace
from tutor.sandbox import record
from tutor.sandbox.application import application
from tutor.sandbox.cache import pin
from tutor.sandbox.clearing import clear, is_empty, remove_tree
from tutor.sandbox.container import Container
from tutor.sandbox.images import Tell, image, quiet
from tutor.sandbox.looking import look
from tutor.sandbox.process import CommandError
from tutor.sandbox.record import Phase, Record
from tutor.sandbox.remedies import broken, no_sandbox, there_is_one
from tutor.sandbox.room import FULL, full_disk_told
from tutor.sandbox.sources import Source
from tutor.sandbox.store import Store
from tutor.sandbox.supervisor import POLL_SECONDS, halt

#: How long a machine may take to shut down by itself: running guests would have it wait for minutes.
SHUTDOWN_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Keeper:
    """One user's sandboxes, and the tool that they get.

    :ivar tell: is told each part of an image that has to be built.
    """

    store: Store
    source: Source
    tell: Tell = quiet

    def create(self, name: str, release: str, image_name: str) -> Container:
        """Make a sandbox and start it; where that fails, nothing of it is left.

        :raises MachineError: there is one of that name, or it cannot be made.
        """
        directory = self.store.directory(name)
        self._make_way(directory)
        directory.mkdir(0o700, exist_ok=True)
        moment = record.now()
        with self._all_or_nothing(directory):
            made = Record(name, release, image_name, "making", moment, moment)
            record.write(directory, made)
            layers = image(image_name, release, self.tell).layers
            pin(directory, layers)
            self._write(replace(made, layers=tuple(map(str, layers))), "off")
            return self.start(name)

    def start(self, name: str) -> Container:
        """Start a sandbox that is off, and return when it is booted; one that runs is left alone.

        :raises MachineError: there is none, it is broken, or it does not boot.
        """
        directory, found = self.store.directory(name), self.find(name)
        seen = look(directory, found)
        if seen.state == "broken":
            raise broken(name, seen)
        layers = tuple(map(Path, found.layers))
        if seen.state == "running":
            return self._container(found, layers, {})
        with full_disk_told(directory):
            halt(directory)  # what is left where it ended by itself
            tool = application(self.source, found.release, self.tell)
            pin(directory, [*layers, tool])
            container = self._container(found, layers, {tool: "/opt/tutor"})
            container.power_on()
            self._write(found, "on")
        return container

    def stop(self, name: str, *, at_once: bool = False) -> None:
        """Shut a sandbox down; its disk stays.

        :param at_once: cut the power, instead of asking first and doing so when that takes too long.
        """
        directory, found = self.store.directory(name), self.find(name)
        container = self._container(found, (), {})
        if not at_once and container.init:
            with contextlib.suppress(CommandError):
                container.execute(["systemctl", "poweroff"], timeout=SHUTDOWN_SECONDS)
            deadline = time.monotonic() + SHUTDOWN_SECONDS
            while container.init and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
        halt(directory)
        if found.phase == "on":
            self._note(found, "off")

    def reset(self, name: str) -> None:
        """Give a sandbox a new disk over its image, as it is built today; started again where it ran.

        :raises MachineError: the image cannot be built; then nothing has changed.
        """
        directory, found = self.store.directory(name), self.find(name)
        running = look(directory, found).state == "running"
        with full_disk_told(directory):
            layers = image(found.image, found.release, self.tell).layers
            halt(directory)
            self._note(found, "resetting")
            remove_tree(directory / "disk")
            pin(directory, layers)
            self._write(replace(found, layers=tuple(map(str, layers))), "off")
        if running:
            self.start(name)

    def delete(self, name: str) -> None:
        """Take a sandbox away, running or not, whole or broken; its record goes last.

        :raises ForeignError: it is none that this tool made.
        """
        directory = self.store.directory(name)
        if is_empty(directory):
            directory.rmdir()
            return
        found = self.find(name)
        self._note(found, "deleting")
        clear(directory)

    def find_any(self, name: str) -> None:
        """Hold that there is something of that name, which may be deleted.

        :raises MachineError: there is not.
        """
        if not is_empty(self.store.directory(name)):
            self.find(name)

    def find(self, name: str) -> Record:
        """The record of a sandbox.

        :raises MachineError: there is none, or it is none that this tool made.
        """
        directory = self.store.directory(name)
        if not os.path.lexists(directory):
            raise no_sandbox(name)
        return record.read(directory)

    def _container(self, found: Record, layers: tuple[Path, ...], binds: dict[Path, str]) -> Container:
        directory = self.store.directory(found.name)
        name = f"sandbox-{self.store.uid}-{found.name}"
        return Container(name, layers, directory, kept=True, binds=binds, lasting=True)

    def _write(self, found: Record, phase: Phase) -> None:
        record.write(self.store.directory(found.name), replace(found, phase=phase, since=record.now()))

    def _note(self, found: Record, phase: Phase) -> None:
        """Write it down where there is room: a full disk must not be in the way of what makes room."""
        try:
            self._write(found, phase)
        except OSError as error:
            if error.errno not in FULL:
                raise

    def _make_way(self, directory: Path) -> None:
        """Take away what a creation that was broken off has left; anything else stays, and is in the way."""
        if not os.path.lexists(directory) or is_empty(directory):
            return
        if record.read(directory).phase != "making":
            raise there_is_one(directory.name)
        clear(directory)

    @contextlib.contextmanager
    def _all_or_nothing(self, directory: Path) -> Iterator[None]:
        try:
            with full_disk_told(directory):
                yield
        except BaseException:
            clear(directory)
            raise
