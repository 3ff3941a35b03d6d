"""Check specs: the tables of a ``toml checks`` block."""

from __future__ import annotations

from typing import Any

from tutor.course.draft import StepDraft
from tutor.course.names import check_id
from tutor.course.records import CheckSpec, Mode
from tutor.course.toml import Table
from tutor.text import text

_MODES: tuple[Mode, ...] = ("now", "ever")


def read_specs(document: Table, draft: StepDraft) -> None:
    """Add a spec to the step for each table of the block."""
    for name, table in document.every_table():
        check_id(name, table.line, draft.report)
        if name == "quiz":
            what = text("the name quiz belongs to the step's quiz")
            draft.report.add(table.line, what, text("Give the check another name"))
        draft.specs.append(_spec(name, table, draft))


def _spec(name: str, table: Table, draft: StepDraft) -> CheckSpec:
    check = table.string("check")
    needs = tuple(need if "/" in need else f"{draft.id}/{need}" for need in table.strings("needs"))
    mode: Mode = "ever" if table.choice("mode", _MODES, "now") == "ever" else "now"
    params = table.rest()
    id_ = f"{draft.id}/{name}"
    draft.lines.update({f"{id_}:{key}": table.line_of(key) for key in table.data})
    for key, value in params.items():
        draft.passages_of(value, table.line_of(key))
        if not _is_json(value):
            what = text("{key} is of a type that check parameters cannot have", key=key)
            mend = text("Use texts, numbers, true and false, lists and tables")
            draft.report.add(table.line_of(key), what, mend)
    return CheckSpec(id_, check, params, needs, mode, table.line)


def _is_json(value: Any) -> bool:
    """Parameters are written to JSON documents: no dates, no infinities."""
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return isinstance(value, (str, int)) or (isinstance(value, float) and abs(value) < float("inf"))
