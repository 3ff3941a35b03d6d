"""The machines of a proof: booted, one or several at a time, and gone afterwards whatever happens."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tutor.course.files import read_files
from tutor.course.records import Course
from tutor.dataclass import dataclass, field, replace
from tutor.proving.again import on_a_sound_machine
from tutor.proving.plan import Errand
from tutor.proving.records import Fault, Replay
from tutor.proving.replay import Prover
from tutor.proving.student import Student
from tutor.sandbox.application import application
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.plugins import own_source
from tutor.sandbox.process import CommandError
from tutor.sandbox.sources import Source
from tutor.text import Text, text

#: Where a machine has a course that is not the packaged one.
COURSE = "/srv/course"


@dataclass
class Machinery:
    """What is needed to carry out an errand, and the machines that are up.

    :param folder: of the course, where it is not the packaged one.
    """

    prover: Prover
    course: Course
    folder: Path | None
    release: str
    source: Source = field(default_factory=own_source)
    _up: set[Machine] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def carry_all_out(self, errands: Sequence[Errand], jobs: int) -> list[Replay]:
        """Every errand on a machine of its own, so many at a time; the replays in the errands' order.

        :raises MachineError: there can be no machine.
        """
        # Once, before machines that start together would each do it.
        application(self.source, self.release)
        if jobs <= 1:
            return [self.carry_out(errand) for errand in errands]
        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(self.carry_out, errand) for errand in errands]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.cut_power()
                raise

    def carry_out(self, errand: Errand) -> Replay:
        """Carry the errand out; once more on another machine where something of the machine's own broke.

        :raises MachineError: there can be no machine.
        """
        progress = self.prover.progress
        replay = on_a_sound_machine(
            lambda: self._on_a_machine(errand), lambda spoilt: progress.begins_again(errand, spoilt)
        )
        progress.ends(errand, replay)
        return replay

    def _on_a_machine(self, errand: Errand) -> Replay:
        with boot(errand.image, suite=self.release, project=self.source) as machine:
            with self._lock:
                self._up.add(machine)
            student = self._student(machine)
            try:
                return self.prover.carry_out(errand, student)
            except CommandError as error:
                replay = Replay(errand.lesson, errand.run, faults=(Fault("", "", _broken(errand, error)),))
                with contextlib.suppress(CommandError):
                    replay = replace(replay, spoilt=self.prover.broken(student))
                return replay
            finally:
                with self._lock:
                    self._up.discard(machine)

    def cut_power(self) -> None:
        """Every machine that is up: what waits for one in another thread ends."""
        with self._lock:
            for machine in self._up:
                machine.power_off()

    def _student(self, machine: Machine) -> Student:
        if self.folder is None:
            return Student(machine, self.course)
        for name, content in read_files(str(self.folder)).items():
            machine.write(f"{COURSE}/{name}", content.decode())
        return Student(machine, self.course, ("--course", COURSE))


def _broken(errand: Errand, error: CommandError) -> Text:
    return text("{machine}: {reason}", machine=errand.name, reason=str(error))
