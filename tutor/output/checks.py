"""The reference of checks: as a list, one by one, as JSON, and as a page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from tutor.authoring.codes import Code
from tutor.authoring.common import COMMON
from tutor.authoring.reference import Entry, Parameter
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Text, Translate, text

SCHEMA = 1
_REQUIRED = text("required")
_INTRODUCTION = """\
# The checks

Read from the code by `make reference`; a test holds the two together. `tutor author checks` tells the same of
every check that is installed, those of other packages included. How a check is named in a lesson stands in
[the lesson format](lesson-format.md#check-specs), how one is written in [the guide](authors.md).

A check's codes are all that it can answer with by itself. What any check can end with besides:
"""


def render_names(entries: Iterable[Entry], translate: Translate, style: Style) -> str:
    """Every check's name and sentence, below what its module is about."""
    page = Page(translate, style)
    for (module, about), group in groupby(entries, lambda one: (one.module, one.about)):
        page.heading(f"{module}  {about}")
        for entry in group:
            page.field(Text(entry.name), page.say(entry.sentence), role="command")
    page.gap()
    page.line(page.say(text("One of them, with its parameters and codes:")))
    page.commands(["tutor author checks NAME"], level=1)
    return page.document()


def render_entry(entry: Entry, translate: Translate, style: Style) -> str:
    """All that is known of one check, and a spec to begin with."""
    page = Page(translate, style)
    page.line(entry.module, role="quiet")
    page.heading(entry.name)
    page.line(page.say(entry.sentence))
    if entry.detail:
        page.gap()
        for paragraph in entry.detail.split("\n\n"):
            page.line(" ".join(paragraph.split()))
    page.heading(page.say(text("Parameters")))
    for parameter in entry.parameters:
        page.field(Text(parameter.name), _kind(parameter, translate), role="command")
    if not entry.parameters:
        page.line(page.say(text("none")))
    page.heading(page.say(text("Codes")))
    write_codes(page, entry.codes)
    page.gap()
    page.line(page.say(text("Besides, as of any check: {codes}", codes=_names(COMMON))), role="quiet")
    page.heading(page.say(text("In a lesson")))
    page.verbatim(page.style.show(line) for line in _spec(entry).splitlines())
    return page.document()


def write_codes(page: Page, codes: Iterable[Code] | None, *, level: int = 0) -> None:
    """A line per code: the status with it, its name, and what is said there."""
    if codes is None:
        page.line(page.say(text("cannot be told from its code")), level=level, role="doubt")
    for code in codes or ():
        said = f" ({page.say(code.observed)})" if code.observed is not None else ""
        page.line(f"{marked(page, code.status)} {code.name}{said}", level=level, role=ROLES[code.status])


def reference_document(entries: Iterable[Entry], translate: Translate, version: str) -> str:
    """The same as JSON. Types are Python's annotations; texts are in the chosen language."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "tutor", "version": version},
        "checks": [_entry(entry, translate) for entry in entries],
        "common": [_code(code, translate) for code in COMMON],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def reference_page(entries: Iterable[Entry]) -> str:
    """The same as Markdown, in English: docs/checks.md."""
    return "\n".join(_page(tuple(entries))) + "\n"


def _page(entries: Sequence[Entry]) -> Iterator[str]:
    yield _INTRODUCTION
    yield from _table(COMMON)
    for (module, about), group in groupby(entries, lambda one: (one.module, one.about)):
        yield ""
        yield f"## {about.rstrip('.')}"
        yield ""
        yield f"`{module}`"
        for entry in group:
            yield from _section(entry)


def _section(entry: Entry) -> Iterator[str]:
    yield ""
    yield f"### {entry.name}"
    yield ""
    yield entry.sentence.message
    if entry.detail:
        yield ""
        yield entry.detail
    if entry.parameters:
        yield ""
        yield "| parameter | type | default |"
        yield "|---|---|---|"
        for one in entry.parameters:
            default = "required" if one.required else f"`{_toml(one.default)}`"
            yield f"| `{one.name}` | `{_cell(one.type)}` | {default} |"
    yield ""
    yield from _table(entry.codes or ())


def _table(codes: Iterable[Code]) -> Iterator[str]:
    yield "| code | status | observed |"
    yield "|---|---|---|"
    for code in codes:
        observed = _cell(code.observed.message) if code.observed else ""
        yield f"| `{code.name}` | {code.status.value} | {observed} |"


def _cell(content: str) -> str:
    return content.replace("|", "\\|").replace("\n", " ")


def _kind(parameter: Parameter, translate: Translate) -> str:
    if parameter.required:
        return f"{parameter.type}, {_REQUIRED.render(translate)}"
    return f"{parameter.type}, {text('else {default}', default=_toml(parameter.default)).render(translate)}"


def _toml(value: Any) -> str:
    """A default as an author would write it; what a spec cannot say is left out there."""
    return "-" if value is None else json.dumps(value, ensure_ascii=False)


def _spec(entry: Entry) -> str:
    lines = ["```toml checks", "[name]", f'check = "{entry.name}"']
    lines += [f"{one.name} = {_example(one.type)}" for one in entry.parameters if one.required]
    return "\n".join([*lines, "```"])


def _example(type_: str) -> str:
    """A value of the type, for an author to replace."""
    examples = {"int": "1", "float": "1.0", "bool": "true", "str": '"..."'}
    if type_.startswith(("Sequence", "list", "tuple")):
        return '["..."]'
    return "{ }" if type_.startswith(("Mapping", "dict")) else examples.get(type_, '"..."')


def _names(codes: Iterable[Code]) -> str:
    return ", ".join(code.name for code in codes)


def _entry(entry: Entry, translate: Translate) -> dict[str, Any]:
    return {
        "name": entry.name,
        "module": entry.module,
        "about": entry.about,
        "sentence": entry.sentence.render(translate),
        "detail": entry.detail or None,
        "parameters": [
            {"name": one.name, "type": one.type, "required": one.required, "default": one.default}
            for one in entry.parameters
        ],
        "codes": None if entry.codes is None else [_code(code, translate) for code in entry.codes],
    }


def _code(code: Code, translate: Translate) -> dict[str, Any]:
    observed = code.observed.render(translate) if code.observed is not None else None
    return {"code": code.name, "status": code.status.value, "observed": observed}
