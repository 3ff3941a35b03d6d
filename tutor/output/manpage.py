"""The manual page: the same as ``--help``, of all commands, for man(1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tutor.output.help import Entry, Manual
from tutor.text import Text, Translate, text

_CODES = (
    ("0", text("all that was asked for is so, or does not apply")),
    ("1", text("at least one thing is not so")),
    ("2", text("the command line, a recording or the configuration cannot be used")),
    ("3", text("nothing failed, but something could not be observed")),
    ("4", text("the course itself is broken")),
    ("130", text("interrupted")),
)
_VARIABLES = (
    ("LANG, LC_ALL, LC_MESSAGES, LANGUAGE", text("the language, where none is chosen")),
    ("NO_COLOR, FORCE_COLOR", text("no colour at all, or colour everywhere")),
    ("COLUMNS", text("the width of the lines")),
    ("XDG_STATE_HOME, XDG_CONFIG_HOME, XDG_CACHE_HOME", text("where files are kept")),
)
_FILES = (
    ("~/.local/state/libvirt-tutor", text("what happened, and faults of the tool")),
    ("~/.config/libvirt-tutor", text("your language, identity and names for things")),
    ("~/.cache/libvirt-tutor", text("what can be made again")),
)
_TABLES = ((text("Exit status"), _CODES), (text("Environment"), _VARIABLES), (text("Files"), _FILES))


def render_manpage(manuals: Sequence[Manual], version: str, translate: Translate) -> str:
    """The page as man(7) source.

    :param manuals: of all commands, the program's own first.
    :param version: the tool's.
    """
    return "\n".join(_lines(manuals, version, translate)) + "\n"


def _lines(manuals: Sequence[Manual], version: str, translate: Translate) -> Iterator[str]:
    whole, *commands = manuals
    yield '.\\" -*- coding: UTF-8 -*-'
    yield f'.TH TUTOR 1 "" "libvirt-tutor {version}" "libvirt-tutor"'

    def heading(title: Text) -> str:
        return f'.SH "{title.render(translate).upper()}"'

    yield heading(text("Name"))
    yield f"tutor \\- {_text(whole.paragraphs[0].rstrip('.'))}"
    yield heading(text("Synopsis"))
    yield f"\\fBtutor\\fR {_text(whole.usage)}"
    yield heading(text("Description"))
    yield from _paragraphs(whole.paragraphs)
    yield heading(text("Options"))
    yield from _entries(whole.options)
    yield heading(text("Commands"))
    shared = {entry.name for entry in whole.options}
    for each in commands:
        yield from _command(each, shared, translate)
    yield heading(text("Examples"))
    yield from _entries(whole.examples)
    for title, told in _TABLES:
        yield heading(title)
        yield from _entries(Entry(name, meaning.render(translate)) for name, meaning in told)
    yield heading(text("See also"))
    yield "\\fBvirsh\\fR(1), \\fBvirt\\-install\\fR(1), \\fBnft\\fR(8)"


def _command(manual: Manual, shared: set[str], translate: Translate) -> Iterator[str]:
    """One command: its own options only, since the shared ones stand above."""
    yield f'.SS "{_text(manual.name)} {_text(manual.usage)}"'
    yield from _paragraphs(manual.paragraphs)
    yield from _entries((*manual.arguments, *(each for each in manual.options if each.name not in shared)))
    if manual.examples:
        yield ".PP"
        yield _text(text("Examples").render(translate)) + ":"
        yield from _entries(manual.examples)


def _paragraphs(paragraphs: Iterable[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield ".PP"
        yield _text(paragraph)


def _entries(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield ".TP"
        yield f"\\fB{_text(entry.name)}\\fR"
        yield _text(entry.meaning)


def _text(words: str) -> str:
    r"""Text that is nothing else: no request at the beginning of a line, no escape within (groff(7)).

    ``\-`` is the minus sign of an option, which can be copied; in prose it does no harm.
    """
    safe = words.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe
