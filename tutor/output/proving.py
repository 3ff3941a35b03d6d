"""What a course was proven with: the table of its checks, a line for the list, rows for a README."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tutor.output.cells import cells, pad
from tutor.output.page import Page
from tutor.output.style import Role, Style
from tutor.text import Text, Translate, text

if TYPE_CHECKING:
    from tutor.proving.records import Fault
    from tutor.proving.table import Cell, Count, Row, Table

#: The releases that machines are made of, by the names that their makers count them by.
_CALLED = {"bookworm": "Debian 12", "trixie": "Debian 13"}

_YES, _NO, _UNSEEN = ("✓", "+"), ("✗", "x"), ("·", ".")


def render_proof(result: Table, run: Mapping[str, Any], translate: Translate, style: Style) -> str:
    """The table, what is not as it should be, and what it was proven with.

    :param run: the run as :func:`tutor.proving.proven.run_document` has it.
    """
    page = Page(translate, style)
    if style.plain:
        for row in result.rows:
            page.line(page.say(_spoken(page, row)))
    else:
        _write_rows(page, result.rows)
    _write_unproven(page, result.rows)
    _write_repeated(page, run.get("repeated", ()))
    _write_faults(page, result.faults)
    page.gap()
    page.line(page.say(_summary(run)), role="good" if result.green else "bad")
    return page.document()


def sentence(fault: Fault) -> Text:
    """The fault with the check, or the step, that it is about."""
    place = fault.check or fault.step
    return text("{place}: {what}", place=place, what=fault.what) if place else fault.what


def proven_lines(runs: Sequence[Mapping[str, Any]]) -> list[Text]:
    """A line for each machine on which the course was proven; nothing where it never was.

    :param runs: as :func:`tutor.proving.proven.known_runs` has them.
    """
    green = [run for run in runs if run["green"]]
    lines = [
        text("Proven on {machine} ({date}).", machine=_machine(run), date=run["when"][:10]) for run in green
    ]
    if any(run["stale"] for run in green):
        lines.append(text("The course has changed since: `tutor author prove` proves it anew."))
    return lines


def proven_runs(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same for a program; ``stale`` is whether the course, or a state beside it, was another."""
    names = ("release", "backend", "versions", "when", "green", "stale")
    return [{name: run[name] for name in names} for run in runs]


def readme_table(runs: Sequence[Mapping[str, Any]]) -> str:
    """The runs as a Markdown table, in English."""
    names = list(dict.fromkeys(name for run in runs for name in run["versions"]))
    heads = [
        "release",
        "backend",
        *names,
        "checks that hold",
        "codes of wrong states told",
        "fixes that work",
        "when",
    ]
    return _markdown(heads, [_cells(run, names) for run in runs])


def _cells(run: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    checks = run["checks"].values()
    told, fixed = (_sum(checks, name) for name in ("refused", "mended"))
    held = sum(row["holds"] and not row["no_run"] for row in checks)
    versions = [run["versions"].get(name, "") for name in names]
    place = [_release(run), run["backend"] or ""]
    return [*place, *versions, f"{held} of {len(checks)}", told, fixed, run["when"][:10]]


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _sum(checks: Any, name: str) -> str:
    right, total = (sum(row[name][index] for row in checks) for index in (0, 1))
    return f"{right} of {total}"


def _machine(run: Mapping[str, Any]) -> Text:
    """The release and the versions, each as it is told: a kernel's with what its maker put behind it.

    The backend is one of what the course says its versions of first: of what it is about.
    """
    versions = [f"{name} {version}" for name, version in run["versions"].items()]
    parts: list[str | Text] = [_release(run), *versions]
    if run["backend"]:
        place = min(1, len(versions))
        parts[place] = text("{what} with {backend}", what=parts[place], backend=run["backend"])
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Text(", ".join(f"{{{name}}}" for name in values), values)


def _release(run: Mapping[str, Any]) -> str:
    release: str = run["release"]
    return f"{_CALLED[release]} ({release})" if release in _CALLED else release


def _write_rows(page: Page, rows: Sequence[Row]) -> None:
    heads = [page.say(head) for head, _ in _COLUMNS]
    widths = [max(cells(head), 5) for head in heads]
    names = [_name(row) for row in rows]
    width = max(map(cells, names), default=0) + 2
    line = " " * width + "".join(" " + head.rjust(size) for head, size in zip(heads, widths, strict=True))
    page.verbatim([page.style.paint(line, "heading")])
    for step, mine in groupby(rows, key=lambda row: row.check.rpartition("/")[0]):
        page.verbatim([page.style.paint(page.style.show(step), "quiet")])
        for row in mine:
            line = pad("  " + page.style.show(_name(row)), width)
            for (_, cell), size in zip(_COLUMNS, widths, strict=True):
                shown, role = cell(page, row)
                line += " " + page.style.paint(shown.rjust(size), role)
            page.verbatim([line])


def _name(row: Row) -> str:
    return row.check.rpartition("/")[2]


def _mark(page: Page, cell: Cell) -> tuple[str, Role]:
    marks, role = (_UNSEEN, "quiet") if cell is None else (_YES, "good") if cell else (_NO, "bad")
    return marks[page.style.ascii or page.style.plain], role  # type: ignore[return-value]


def _counted(page: Page, count: Count) -> tuple[str, Role]:
    if not count.all:
        return _UNSEEN[page.style.ascii or page.style.plain], "quiet"
    return f"{count.right}/{count.all}", "good" if count.whole else "bad"


def _moment(page: Page, row: Row, cell: Cell) -> tuple[str, Role]:
    """Of a check that cannot be turned here, what was seen is told and not judged."""
    shown, role = _mark(page, cell)
    return shown, "quiet" if row.no_run else role


def _cleaned(page: Page, row: Row) -> tuple[str, Role]:
    return (page.say(text("kept")), "quiet") if row.kept else _moment(page, row, row.cleaned)


#: What a column is called, and what it has of a row: a cell, and how that is painted.
_COLUMNS: tuple[tuple[Text, Callable[[Page, Row], tuple[str, Role]]], ...] = (
    (text("before"), lambda page, row: _moment(page, row, row.before)),
    (text("after"), lambda page, row: _moment(page, row, row.after)),
    (text("end"), lambda page, row: _moment(page, row, row.end)),
    (text("wrong"), lambda page, row: _counted(page, row.refused)),
    (text("fix"), lambda page, row: _counted(page, row.mended)),
    (text("routes"), lambda page, row: _counted(page, row.routes)),
    (text("alone"), lambda page, row: _moment(page, row, row.alone)),
    (text("twice"), lambda page, row: _mark(page, row.twice)),
    (text("clean"), _cleaned),
)


def _spoken(page: Page, row: Row) -> Text:
    """The row without anything drawn; what was not looked at is left out."""
    words = {_YES[1]: page.say(text("yes")), _NO[1]: page.say(text("no"))}
    cells_ = [(page.say(head), cell(page, row)[0]) for head, cell in _COLUMNS]
    told = ", ".join(f"{head} {words.get(shown, shown)}" for head, shown in cells_ if shown != _UNSEEN[1])
    return text("{check}: {told}.", check=row.check, told=told)


def _write_unproven(page: Page, rows: Sequence[Row]) -> None:
    unproven = [row for row in rows if row.no_run]
    if unproven:
        page.heading(page.say(text("Not proven: no command makes them true or false")))
    for reason, mine in groupby(unproven, key=lambda row: row.no_run):
        page.line(f"{', '.join(row.check for row in mine)}: {reason}", role="wait")


def _write_repeated(page: Page, machines: Sequence[str]) -> None:
    if machines:
        page.heading(page.say(text("Done once more on another machine, for the first broke")))
    for one in machines:
        page.line(one, role="wait")


def _write_faults(page: Page, faults: Sequence[Fault]) -> None:
    if faults:
        page.heading(page.say(text("What is not as it should be")))
    for fault in faults:
        page.line(page.say(sentence(fault)), role="bad")


def _summary(run: Mapping[str, Any]) -> Text:
    checks = run["checks"].values()
    message = (
        text("Proven on {machine}. Checks: {checks}; codes of wrong states: {states}.")
        if run["green"]
        else text("Not proven on {machine}. Checks: {checks}; codes of wrong states: {states}.")
    )
    states = sum(row["refused"][1] for row in checks)
    return Text(message.message, {"machine": _machine(run), "checks": len(checks), "states": states})
