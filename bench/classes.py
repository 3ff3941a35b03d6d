"""`tutor report` on generated classes: how long, with how much memory, and whether it grows linearly."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.report.generate import write_class

ROOT = Path(__file__).parents[1]
#: Shares of the whole class that are measured as well: what is linear takes such a share of the time.
SHARES = (4, 2, 1)


@dataclass(frozen=True)
class Run:
    """One run of the command: seconds, those of processor time, and bytes of all its processes."""

    what: str
    hand_ins: int
    wall: float
    cpu: float
    memory: int

    @property
    def each(self) -> float:
        """Milliseconds of processor time for a hand-in."""
        return self.cpu * 1000 / self.hand_ins


def measure(count: int, folder: Path | None) -> list[Run]:
    """Judge classes of up to ``count`` finished hand-ins.

    :param folder: where the class lies, or is to be made and kept; None for one that is taken away again.
    """
    with _class(count, folder) as made:
        found = [_run("unsigned, new", made / f"unsigned-{share}", made / "cache-none") for share in SHARES]
        found.append(_run("signed, new", made / "hand-ins", made / "cache", made / "allowed_signers"))
        found.append(
            _run("signed, a second time", made / "hand-ins", made / "cache", made / "allowed_signers")
        )
        return found


@contextmanager
def _class(count: int, folder: Path | None) -> Iterator[Path]:
    place = folder or Path(tempfile.mkdtemp(prefix="tutor-bench-"))
    try:
        if not (place / "hand-ins").is_dir():
            write_class(place, count, finished=True, sign=True)
        for cache in ("cache", "cache-none"):
            shutil.rmtree(place / cache, ignore_errors=True)
        _unsigned(place)
        yield place
    finally:
        if folder is None:
            shutil.rmtree(place)


def _unsigned(place: Path) -> None:
    """The same without their signatures: all of them, and the first half and quarter."""
    paths = sorted((place / "hand-ins").iterdir())
    whole = place / "unsigned-1"
    if not whole.is_dir():
        whole.mkdir()
        for path in paths:
            (whole / path.name).write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n")
    for share in SHARES:
        part = place / f"unsigned-{share}"
        if not part.is_dir():
            part.mkdir()
            for path in paths[: len(paths) // share]:
                os.link(whole / path.name, part / path.name)


def _run(what: str, hand_ins: Path, cache: Path, allowed: Path | None = None) -> Run:
    words = [sys.executable, "-m", "tutor", "report", str(hand_ins), "--lang", "en"]
    words += ["--allowed-signers", str(allowed)] if allowed else ["--no-cache"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    begun, peak = time.monotonic(), 0
    process = os.posix_spawn(
        sys.executable,
        words,
        environment,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    while True:
        done, status, usage = os.wait4(process, os.WNOHANG)
        if done:
            break
        peak = max(peak, _memory(process))
        time.sleep(0.2)
    if status:
        raise RuntimeError(f"{' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    wall, cpu = time.monotonic() - begun, usage.ru_utime + usage.ru_stime
    return Run(what, len(list(hand_ins.iterdir())), wall, cpu, peak)


def _memory(process: int) -> int:
    """Bytes of the process and all below it: what they share is counted once (proc(5), Pss)."""
    total = 0
    for pid in (process, *_below(process)):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _below(process: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _below(child)


def rows(runs: list[Run]) -> list[list[str]]:
    """Cells: what, hand-ins, seconds, seconds of processor time, milliseconds each, MiB."""
    return [
        [
            run.what,
            str(run.hand_ins),
            f"{run.wall:.1f}",
            f"{run.cpu:.1f}",
            f"{run.each:.1f}",
            f"{run.memory / 2**20:.0f}",
        ]
        for run in runs
    ]


_HEAD = ["", "hand-ins", "seconds", "CPU seconds", "CPU ms each", "MiB"]


def plain(runs: list[Run]) -> str:
    """In columns, for a terminal."""
    return "\n".join(
        f"{row[0]:24}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in [_HEAD, *rows(runs)]
    )


def markdown(runs: list[Run], load: float) -> str:
    """The part of the documentation's page; nothing in it names a host."""
    table = [f"| {' | '.join(_HEAD)} |", "|" + "---|" * len(_HEAD)]
    table += [f"| {' | '.join(row)} |" for row in rows(runs)]
    return _TEXT.format(
        table="\n".join(table),
        processors=os.cpu_count(),
        load=f"{load:.1f}",
        others=_OTHERS if load > 1 else "",
    )


_TEXT = """\
# How long `tutor report` takes

Written by `python -m bench --part report --hand-ins 10000 --write`. Generated hand-ins of the finished
course, each with a journal of some hundred lines, identities of its own, reduced as `tutor submit` does to
some 145 KB; with and without signatures and the file of allowed signers that goes with them.

{table}

- CPU is of all processes together, ssh-keygen's included; MiB are of all at their highest, what they
  share once.
- Uuids, MAC addresses, machine ids, times of snapshots, numbers of running guests are each machine's own. Of
  a hundred machines thirty have the kernel's rules by other numbers, as after a restart of libvirt, and ten a
  rule of their own beside the course's. Verdicts are remembered by the answers they rest on.
- A second time everything is known: the files are read and compared by their digests.
- Processors: {processors}. The load before it began was {load}{others}.
"""

#: Said only of a machine that had something else to do.
_OTHERS = """: others worked on the machine meanwhile, so
  that the seconds are more than they would be on an idle one; CPU seconds suffer less"""
