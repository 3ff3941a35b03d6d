"""What has been written for an author, and how to go on."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Translate, text


def render_created(files: Iterable[str], commands: Iterable[str], translate: Translate, style: Style) -> str:
    """The files, and the commands that are wanted next."""
    page = Page(translate, style)
    page.line(page.say(text("Written:")))
    for path in files:
        page.line(path, level=1)
    page.gap()
    page.line(page.say(text("See it as a student does, look for faults, try it, prove it; other checks:")))
    page.commands(commands, level=1)
    return page.document()
