"""A command's help on a terminal: usage, what it does, what it takes, and examples."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.dataclass import dataclass
from tutor.output.cells import cells, pad, wrap
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Text, Translate, text

#: Names that are longer stand on a line of their own.
_WIDEST_NAME, _WIDEST_EXAMPLE = 26, 40
#: Where less than this is left beside the names, what they mean goes below them.
_NARROWEST_MEANING = 30
_MARGIN = "  "


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a name and what it means: an argument, an option, a command or an example."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Manual:
    """All that is said about one command, in one language.

    ``name`` is what is typed ("tutor check"), ``usage`` what follows it ("[OPTIONS] [STEP]...").
    The first of the paragraphs is the one sentence that says what it does.
    """

    name: str
    usage: str
    paragraphs: tuple[str, ...]
    arguments: tuple[Entry, ...] = ()
    options: tuple[Entry, ...] = ()
    commands: tuple[Entry, ...] = ()
    examples: tuple[Entry, ...] = ()
    see_also: tuple[str, ...] = ()


def render_help(manual: Manual, translate: Translate, style: Style) -> str:
    """The help as text for people.

    A plain style gets a sentence for each entry: "Option --lang: ...".
    """
    page = Page(translate, style)
    usage = text("Usage: {usage}", usage=f"{manual.name} {manual.usage}".rstrip())
    page.line(page.say(usage))
    page.gap()
    for paragraph in manual.paragraphs:
        _write_paragraph(page, paragraph)
    _write_entries(page, text("Arguments"), text("Argument {name}: {meaning}"), manual.arguments)
    _write_entries(page, text("Options"), text("Option {name}: {meaning}"), manual.options)
    _write_entries(page, text("Commands"), text("Command {name}: {meaning}"), manual.commands)
    _write_entries(page, text("Examples"), text("Example {name}: {meaning}"), manual.examples, typed=True)
    if manual.see_also:
        page.line(page.say(text("See also: {commands}", commands=", ".join(manual.see_also))))
    return page.document()


def _write_paragraph(page: Page, paragraph: str) -> None:
    left = "" if page.style.plain else _MARGIN
    page.verbatim(wrap(page.style.show(paragraph), page.style.width, first=left, rest=left))
    page.gap()


def _write_entries(
    page: Page, title: Text, sentence: Text, entries: Sequence[Entry], *, typed: bool = False
) -> None:
    if not entries:
        return
    if page.style.plain:
        for entry in entries:
            page.line(page.say(Text(sentence.message, {"name": entry.name, "meaning": entry.meaning})))
        page.gap()
        return
    page.verbatim([page.style.paint(page.style.show(page.say(title)) + ":", "heading")])
    column = _column(page, entries, _WIDEST_EXAMPLE if typed else _WIDEST_NAME)
    for entry in entries:
        page.verbatim(_lines(page.style, entry, column, typed=typed))
    page.gap()


def _column(page: Page, entries: Sequence[Entry], widest: int) -> int | None:
    """Where the meanings begin; None where each goes below its name."""
    widths = [cells(page.style.show(entry.name)) for entry in entries]
    fitting = [width for width in widths if width <= widest]
    column = len(_MARGIN) + max(fitting or [0]) + 2
    return column if fitting and page.style.width - column >= _NARROWEST_MEANING else None


def _lines(style: Style, entry: Entry, column: int | None, *, typed: bool) -> list[str]:
    name, meaning = style.show(entry.name), style.show(entry.meaning)
    painted = style.paint(name, "command") if typed else name
    beside = column is not None and cells(name) <= column - len(_MARGIN) - 2
    rest = " " * (column if column is not None else 2 * len(_MARGIN))
    if not beside:
        return [_MARGIN + painted, *wrap(meaning, style.width, first=rest, rest=rest)]
    first, *more = wrap(meaning, style.width, first=rest, rest=rest)
    return [_MARGIN + painted + pad("", len(rest) - len(_MARGIN) - cells(name)) + first[len(rest) :], *more]
