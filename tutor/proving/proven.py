"""The file that says what a course was proven with.

``tutor author prove`` writes it, ``tutor list`` shows it, ``schema/proven-1.json`` describes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tutor.course.files import digest, read_state_files
from tutor.dataclass import asdict

if TYPE_CHECKING:
    from tutor.folders import StrPath
    from tutor.proving.table import Count, Row, Table

SCHEMA = 1
#: Its name in the course's folder.
PROVEN = "proven.json"


def run_document(
    result: Table,
    about: Mapping[str, Any],
    sentences: Sequence[str],
) -> dict[str, Any]:
    """One run: with what, when, and what was seen of every check.

    :param about: the release, the backend, versions, digests, when, and what was asked for.
    :param sentences: the faults, in English.
    """
    checks = {row.check: _row(row) for row in result.rows}
    return {**about, "green": result.green, "faults": list(sentences), "checks": checks}


def merged(document: Mapping[str, Any], course: Mapping[str, str], run: Mapping[str, Any]) -> dict[str, Any]:
    """The file's new content: the run takes the place of the one on the same release and backend."""
    place = (run["release"], run["backend"])
    others = [one for one in document.get("runs", ()) if (one["release"], one["backend"]) != place]
    runs = sorted([*others, run], key=lambda one: (one["release"], one["backend"] or ""))
    return {"schema": SCHEMA, "course": dict(course), "runs": runs}


def encode(document: Mapping[str, Any]) -> str:
    """As it is written: a line for each check, so that a change of one is one line's change."""
    rows: list[str] = []

    def marked(value: Any) -> str:
        rows.append(json.dumps(value, ensure_ascii=False))
        return f"row {len(rows) - 1} of the file"

    runs = [
        {**run, "checks": {name: marked(row) for name, row in run["checks"].items()}}
        for run in document["runs"]
    ]
    text = json.dumps({**document, "runs": runs}, indent=1, ensure_ascii=False)
    for number, row in enumerate(rows):
        text = text.replace(f'"row {number} of the file"', row, 1)
    return text + "\n"


def read_proven(path: StrPath) -> dict[str, Any] | None:
    """The file at ``path``; None where there is none, or nothing that can be used."""
    try:
        with open(path, "rb") as file:
            document = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    usable = isinstance(document, dict) and document.get("schema") == SCHEMA
    return document if usable and _are_runs(document.get("runs")) else None


def known_runs(folder: str, course_digest: str) -> list[dict[str, Any]]:
    """The runs in the file of the course in ``folder``, each with ``stale``: whether it was another course.

    The states beside the lessons count as well, where the folder has them.

    :param course_digest: of the course as it is.
    :raises CourseError: the states cannot be read.
    """
    document, files = read_proven(os.path.join(folder, PROVEN)), read_state_files(folder)
    digests = {"course_digest": course_digest, **({"states_digest": digest(files)} if files else {})}
    return [
        {**run, "stale": any(run.get(name) != digest for name, digest in digests.items())}
        for run in (document["runs"] if document else ())
    ]


def _are_runs(value: Any) -> bool:
    """Whether it has what is shown of a run."""
    return isinstance(value, list) and all(
        isinstance(run, dict)
        and all(isinstance(run.get(name), str) for name in ("release", "when", "course_digest"))
        and isinstance(run.get("green"), bool)
        and isinstance(run.get("versions"), dict)
        and isinstance(run.get("backend", 0), (str, type(None)))
        for run in value
    )


def _row(row: Row) -> dict[str, Any]:
    # What differed is told among the faults.
    plain = {name: value for name, value in asdict(row).items() if name not in ("check", "differs")}
    for name in ("refused", "mended", "routes"):
        count: Count = getattr(row, name)
        plain[name] = [count.right, count.all]
    return {**plain, "holds": row.holds}
