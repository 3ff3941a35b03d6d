"""Synthetic hand-ins: ``python -m tests.report.generate FOLDER --count N [--finished] [--signed]``.

Each is one of the recorded machines of ``tests/recordings``, reduced as ``tutor submit`` does, and changed
so that it is another student's: what no two machines have alike is its own (:mod:`tests.report.identities`),
and so are times and journal; the verdicts are those of its observations. The same seed gives the same
hand-ins, but for keys and signatures.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from tests.report.identities import own
from tests.report.outcomes import OUTCOMES, outcome
from tests.report.ways import journal
from tutor.handin.format import NAMESPACE
from tutor.handin.make import Handing, payload

FIRST_DAY = datetime(2026, 1, 5, 8, 0, tzinfo=timezone.utc)
FIRST = ("Anna", "Bo", "Cecilia", "Dag", "Elsa", "Frej", "Gun", "Håkan", "Ida", "Jörgen", "Kim", "Li", "Åsa")
LAST = ("Alm", "Berg", "Ceder", "Dahl", "Ek", "Fors", "Gran", "Hed", "Isaksson", "Jonsson", "Öberg", "Ros")


@dataclass(frozen=True)
class Student:
    """Somebody made up. ``number`` tells them apart."""

    number: int
    name: str
    email: str
    id: str


@dataclass(frozen=True)
class Made:
    """A hand-in in the making: its student, the payload's line, and when it was made."""

    student: Student
    line: bytes
    outcome: str
    made: str

    @property
    def file_name(self) -> str:
        return f"{self.student.id}.tutor"


def student(number: int) -> Student:
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    return Student(number, f"{first} {last}", f"student{number}@example.org", f"s{number:06}")


def make(number: int, *, name: str | None = None, seed: int = 1, who: Student | None = None) -> Made:
    """The hand-in of student ``number``.

    :param name: one of :data:`OUTCOMES`; None for one by lot.
    :param who: whose it says that it is, where that is somebody else.
    """
    lot = random.Random(f"{seed} {number}")  # noqa: S311 - the same each time
    name = name or lot.choices(list(OUTCOMES), [weight for _, _, weight in OUTCOMES.values()])[0]
    document, judged = outcome(name)
    started = FIRST_DAY + timedelta(days=lot.randrange(14), seconds=lot.randrange(8 * 3600))
    recording = own(document, lot, started)
    lines = journal(judged, recording, lot, started)
    made = (started + timedelta(seconds=5)).isoformat(timespec="seconds")
    handing = Handing(
        made, (who or student(number)).name, (who or student(number)).email, (who or student(number)).id
    )
    return Made(who or student(number), payload(judged, recording, lines, handing), name, made)


# To files.


def key(folder: Path, name: str) -> Path:
    path = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


def signed(line: bytes, key_: Path) -> bytes:
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key_)]
    return line + subprocess.run(command, input=line, capture_output=True, check=True).stdout


def allowed(who: Student, key_: Path) -> str:
    """A line of the roster's keys."""
    return f"{who.email} {key_.with_name(key_.name + '.pub').read_text().strip()}"


def write(folder: Path, number: int, *, name: str | None = None, seed: int = 1, sign: bool = False) -> str:
    """Write one hand-in; its line of the roster's keys, empty where it is not signed."""
    made = make(number, name=name, seed=seed)
    content, line = made.line, ""
    if sign:
        keys = folder.parent / "keys"
        keys.mkdir(exist_ok=True)
        key_ = key(keys, made.student.id)
        content, line = signed(made.line, key_), allowed(made.student, key_)
    (folder / made.file_name).write_bytes(content)
    return line


def write_roster(path: Path, students: Sequence[Student]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "email"])
        rows.writerows([each.id, each.name, each.email] for each in students)


def write_class(
    folder: Path, count: int, *, finished: bool = False, sign: bool = False, seed: int = 1, jobs: int = 2
) -> Path:
    """A class: ``hand-ins/``, ``roster.csv`` and, signed, ``allowed_signers``. The folder of the hand-ins."""
    hand_ins = folder / "hand-ins"
    hand_ins.mkdir(parents=True)
    one = partial(write, hand_ins, name="done" if finished else None, seed=seed, sign=sign)
    if count < 200:
        lines = [one(number) for number in range(count)]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            lines = list(pool.map(one, range(count), chunksize=50))
    write_roster(folder / "roster.csv", [student(number) for number in range(count)])
    if sign:
        (folder / "allowed_signers").write_text("".join(f"{line}\n" for line in lines))
    return hand_ins


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--finished", action="store_true", help="all have done the whole course")
    parser.add_argument("--signed", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_class(
        options.folder, options.count, finished=options.finished, sign=options.signed, seed=options.seed
    )


if __name__ == "__main__":
    main()
