"""The list of sandboxes: a table for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from tutor.output.page import Page
from tutor.output.spans import Span
from tutor.output.style import Role, Style
from tutor.output.tables import table_lines
from tutor.sandbox.condition import State
from tutor.sandbox.looking import Row
from tutor.sandbox.remedies import spoken
from tutor.text import Text, Translate, text

SCHEMA = 1
_MIB = 1024 * 1024
_STATES: dict[State, tuple[Text, Role]] = {
    "running": (text("running"), "good"),
    "off": (text("off"), "quiet"),
    "busy": (text("being worked on"), "wait"),
    "broken": (text("broken"), "bad"),
    "foreign": (text("not tutor's"), "doubt"),
}
_HEADER = (text("name"), text("release"), text("packages"), text("state"), text("since"), text("disk"))


def render_sandboxes(rows: Sequence[Row], translate: Translate, style: Style) -> str:
    """A line for each, and below them what is wrong with which."""
    page = Page(translate, style)
    if not rows:
        page.line(page.say(text("There is no sandbox. Make one: {command}", command="tutor sandbox create")))
        return page.document()
    header = [[Span(style.show(page.say(name)))] for name in _HEADER]
    page.verbatim(table_lines(header, [_cells(page, row) for row in rows], style, style.width))
    page.gap()
    for row in rows:
        if row.condition.what is not None:
            page.field(Text(row.name), page.say(row.condition.what))
            if row.condition.verb is not None:
                page.commands([spoken(row.condition.verb, row.name)], level=1)
    return page.document()


def sandboxes_document(rows: Sequence[Row], translate: Translate, version: str) -> str:
    """The same as JSON; what is not known is null."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "tutor", "version": version},
        "sandboxes": [_object(row, translate) for row in rows],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _cells(page: Page, row: Row) -> list[list[Span]]:
    state, role = _STATES[row.condition.state]
    packages = {None: "", "bare": page.say(text("to install"))}.get(row.image, page.say(text("installed")))
    words = (row.name, row.release or "", packages, page.say(state), _moment(row.since), _size(row.disk))
    roles: list[Role | None] = [None, None, None, role, None, None]
    return [[Span(page.style.show(word), kind)] for word, kind in zip(words, roles, strict=True)]


def _object(row: Row, translate: Translate) -> dict[str, object]:
    seen = row.condition
    return {
        "name": row.name,
        "release": row.release,
        "ready": None if row.image is None else row.image != "bare",
        "state": seen.state,
        "since": row.since,
        "disk_bytes": row.disk,
        "what": None if seen.what is None else seen.what.render(translate),
        "command": None if seen.verb is None else spoken(seen.verb, row.name),
    }


def _moment(since: str | None) -> str:
    """In this computer's time, to the minute."""
    if since is None:
        return ""
    try:
        return datetime.fromisoformat(since).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return ""


def _size(amount: int) -> str:
    return f"{amount / _MIB:.1f} MiB"
