"""A support report as text: the same on the screen and in the file, but for the width of the lines."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.output.page import Page
from tutor.output.style import Style
from tutor.support.report import Section
from tutor.text import Text, Translate, text


def render_report(sections: Iterable[Section], translate: Translate, style: Style) -> str:
    """Each section under its title; what stands in it was made harmless, and is broken at spaces only."""
    page = Page(translate, style)
    page.heading(page.say(text("Support report of tutor")))
    page.line(page.say(_ABOUT))
    for section in sections:
        page.heading(page.say(section.title))
        for line in section.lines or (page.say(text("nothing")),):
            page.line(line)
    return page.document()


_ABOUT: Text = text(
    "Names, addresses and identities have been replaced by placeholders such as <user> and <mac-1>. "
    "Read it before you pass it on: nothing has been sent anywhere."
)
