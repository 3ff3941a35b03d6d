"""The configuration for people: each setting, what it is, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.course.records import VariableType
from tutor.dataclass import dataclass
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Text, Translate, text

TYPES: dict[VariableType, Text] = {
    "name": text("a name"),
    "path": text("a path"),
    "size": text("a size"),
    "address": text("an IPv4 address"),
    "mac": text("a MAC address"),
    "port": text("a port"),
    "uri": text("a libvirt URI"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the list. ``value`` is None where nothing is set; ``about`` is its type and origin."""

    name: str
    value: str | None
    about: Text | None = None


def render_settings(
    path: str | None, own: Sequence[Setting], variables: Sequence[Setting], translate: Translate, style: Style
) -> str:
    """The settings, then the course's variables.

    :param path: the configuration's file; None without a home.
    """
    page = Page(translate, style)
    page.heading(page.say(text("Settings")))
    for setting in own:
        _write(page, setting)
    page.heading(page.say(text("Variables of the course")))
    for setting in variables:
        _write(page, setting)
    page.gap()
    if path is not None:
        page.field(text("file"), path)
    page.line(
        page.say(text("Change one: `tutor config KEY VALUE`; take it back: `tutor config --unset KEY`"))
    )
    return page.document()


def _write(page: Page, setting: Setting) -> None:
    name = Text("{name}", {"name": setting.name})
    if setting.value is None:
        page.field(name, page.say(text("not set")))
    else:
        page.field(name, setting.value, role="command")
    if setting.about is not None:
        page.line(page.say(setting.about), level=1, role="quiet")
