"""``tutor author prove``: replay a course on fresh machines, and print what holds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tutor import __version__
from tutor.commands.prove_machines import Machinery
from tutor.commands.prove_progress import Progress
from tutor.commands.sandbox.root import ensure_root
from tutor.commands.session import Session
from tutor.course.load import packaged_folder
from tutor.course.read_states import load_states
from tutor.course.records import Step
from tutor.course.select import select_steps
from tutor.course.states import Backend, Machines
from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.output import interface
from tutor.output.proving import render_proof, sentence
from tutor.proving.again import repeated
from tutor.proving.plan import plan
from tutor.proving.proven import encode, merged, read_proven, run_document
from tutor.proving.replay import Prover
from tutor.proving.table import Table, table
from tutor.text import text

NOT_PROVEN = 1


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line; ``words`` are lessons and steps."""

    words: tuple[str, ...] = ()
    release: str = "bookworm"
    backend: str | None = None
    alone: bool = False
    twice: bool = False
    jobs: int = 1
    output: Path | None = None


def author_prove(session: Session, wishes: Wishes) -> int:
    """Prove the course, or some lessons or steps of it; 0 where everything holds.

    :raises MachineError: machines cannot be made here.
    :raises UsageError: they are asked for what they cannot be.
    """
    chosen = select_steps(session.course, wishes.words)
    if wishes.output and len(chosen) != len(list(session.course.steps)):
        what = text("--output takes a proof of the whole course")
        raise UsageError(what, text("Name no lesson and no step, or leave it."))
    ensure_root(session)
    begun = time.monotonic()
    result, about = _proven(session, wishes, chosen)
    about["seconds"] = round(time.monotonic() - begun)
    run = run_document(result, about, [sentence(fault).render(str) for fault in result.faults])
    if wishes.output:
        _keep(session, wishes.output, run)
    if session.options.format == "json":
        interface.write(encode(_document(session, {}, run)), session.out, "json")
    else:
        interface.write(render_proof(result, run, session.translate, session.style), session.out, "text")
    return 0 if result.green else NOT_PROVEN


def _proven(session: Session, wishes: Wishes, chosen: Sequence[Step]) -> tuple[Table, dict[str, Any]]:
    """What the machines saw, and what they were."""
    states, machines, digest = load_states(str(session.options.course or packaged_folder()))
    backend = _backend(machines, wishes)
    around = {wishes.release, *([backend.name] if backend else [])}
    course, options = session.course, {"alone": wishes.alone, "twice": wishes.twice}
    errands = plan(course, states, machines, chosen, surroundings=around, **options)
    about = {
        "release": wishes.release,
        "backend": backend.name if backend else None,
        "tool": __version__,
        "course_digest": course.digest,
        "states_digest": digest,
        "when": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        **options,
    }
    with session.transient() as line:
        progress = Progress(session, line, len(errands))
        prepare = backend.prepare if backend else ""
        prover = Prover(states, progress, prepare, machines.versions, machines.baseline, machines.spoilt)
        machinery = Machinery(prover, course, session.options.course, wishes.release)
        replays = machinery.carry_all_out(errands, wishes.jobs)
    versions = next((one.versions for one in replays if one.versions), {})
    seen = {"versions": versions, "repeated": list(repeated(replays))}
    return table(course, states, replays, chosen, alone=wishes.alone), {**about, **seen}


def _backend(machines: Machines, wishes: Wishes) -> Backend | None:
    """The one asked for, else the release's usual one; None where the course tells none apart.

    :raises UsageError: the release has none of that name.
    """
    known = machines.backends_of(wishes.release)
    if wishes.backend is None:
        return known[0] if known else None
    for one in known:
        if one.name == wishes.backend:
            return one
    what = text("{release} has no backend called {name}", release=wishes.release, name=wishes.backend)
    names = ", ".join(one.name for one in known)
    raise UsageError(what, text("Choose one of: {choices}", choices=names) if names else None)


def _keep(session: Session, path: Path, run: Mapping[str, Any]) -> None:
    """Put the run into the file, beside those on other releases and backends.

    :raises UsageError: it cannot be written.
    """
    before = read_proven(path) or {}
    try:
        path.write_text(encode(_document(session, before, run)), encoding="utf-8")
    except OSError as error:
        what = text("{path} cannot be written: {reason}", path=str(path), reason=str(error.strerror))
        raise UsageError(what, text("Name a file in a folder that is yours.")) from error


def _document(session: Session, before: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    course = session.course
    return merged(before, {"id": course.id, "version": course.version}, run)
