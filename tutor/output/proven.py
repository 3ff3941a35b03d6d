"""What a course was proven with, as a page of Markdown: the runs, and a row for each check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tutor.output.proving import readme_table

_MARKS = {True: "✓", False: "✗", None: "·"}
_NOTHING = "·"


def proof_page(document: Mapping[str, Any]) -> str:
    """The content of a course's proven.json, in English.

    :param document: as ``schema/proven-1.json`` describes it.
    """
    runs: Sequence[Mapping[str, Any]] = document["runs"]
    names = list(dict.fromkeys(name for run in runs for name in run["checks"]))
    heads = ["check", *_COLUMNS]
    rows = [[f"`{name}`", *_row(name, runs)] for name in names]
    parts = [
        readme_table(runs),
        _lines(f"| {' | '.join(line)} |" for line in [heads, ["---"] * len(heads), *rows]),
    ]
    reasons = {row["no_run"]: None for run in runs for row in run["checks"].values() if row["no_run"]}
    if reasons:
        parts.append("## Not proven\n\nNo command makes these true or false.\n")
        parts.append(_lines(f"* {_named(reason, runs)}: {reason}." for reason in reasons))
    if faults := [f"* {_place(run)}: {fault}" for run in runs for fault in run["faults"]]:
        parts.append("## What is not as it should be\n")
        parts.append(_lines(faults))
    return "\n".join(parts)


def _row(name: str, runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """A cell for each column: what all runs saw, or what each of them saw."""
    rows = [run["checks"][name] for run in runs if name in run["checks"]]
    return [_same([cell(row) for row in rows]) for cell in _COLUMNS.values()]


def _same(cells: Sequence[str]) -> str:
    """What was not looked at by one run is told by the others."""
    found = [cell for cell in cells if cell != _NOTHING]
    return ", ".join(found if len(set(found)) > 1 else found[:1]) or _NOTHING


def _moment(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: _NOTHING if row["no_run"] else _MARKS[row[name]]


def _count(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: "{}/{}".format(*row[name]) if row[name][1] else _NOTHING


def _cleaned(row: Mapping[str, Any]) -> str:
    return "kept" if row["kept"] else _moment("cleaned")(row)


#: What a column is called, as on the terminal, and what it has of a check's row.
_COLUMNS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "before": _moment("before"),
    "after": _moment("after"),
    "end": _moment("end"),
    "wrong": _count("refused"),
    "fix": _count("mended"),
    "routes": _count("routes"),
    "alone": _moment("alone"),
    "twice": lambda row: _MARKS[row["twice"]],
    "clean": _cleaned,
}


def _named(reason: str, runs: Sequence[Mapping[str, Any]]) -> str:
    found = (name for run in runs for name, row in run["checks"].items() if row["no_run"] == reason)
    return ", ".join(f"`{name}`" for name in dict.fromkeys(found))


def _place(run: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (run["release"], run["backend"])))


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
