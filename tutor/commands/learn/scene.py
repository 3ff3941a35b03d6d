"""What is on the screen: pages, sentences and menus, in the student's language."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tutor.commands.learn.dialogue import Back, Choice, Dialogue
from tutor.commands.session import Session
from tutor.grading.verdict import Status
from tutor.output import interface
from tutor.output.marks import ROLES, marked
from tutor.output.page import Page
from tutor.output.pages import screens
from tutor.output.style import DEFAULT_WIDTH, Role
from tutor.text import Text, text

#: Rows that stay free below a screenful: the prompt, and what was asked before it.
_SPARE = 3
#: Of a terminal that does not say.
_LINES = 24


class Scene:
    """One terminal, whose size may change between two pages."""

    def __init__(self, session: Session, dialogue: Dialogue) -> None:
        self.session = session
        self.dialogue = dialogue

    def page(self) -> Page:
        """An empty page, as wide as the terminal is now."""
        self.session.resized()
        return Page(self.session.translate, self.session.style)

    def render(self, message: Text) -> str:
        """The message, harmless."""
        return self.session.style.show(message.render(self.session.translate))

    def show(self, page: Page) -> None:
        """Print a page, with an empty line before it."""
        self.print(page.document())

    def print(self, document: str) -> None:
        """Print a rendered page, with an empty line before it; nothing where nothing is on it."""
        if document:
            interface.write("\n" + document, self.session.out, "text")

    def read(self, document: str) -> None:
        """Print a page to be read, screen by screen where it is longer than the terminal.

        Leaving it half-way is no fault: what follows is the menu.
        """
        pieces = [document]
        if self.dialogue.draws:
            size = os.get_terminal_size(self.session.out.fileno())
            pieces = list(screens(document, (size.lines or _LINES) - _SPARE, size.columns or DEFAULT_WIDTH))
        try:
            for number, piece in enumerate(pieces, 1):
                self.print(piece) if number == 1 else interface.write(piece, self.session.out, "text")
                if number < len(pieces):
                    more = text(
                        "Enter: more ({number} of {count}). Ctrl-C: menu.", number=number, count=len(pieces)
                    )
                    self.dialogue.pause(self.render(more))
        except Back:
            return

    def say(self, *messages: Text, role: Role | None = None) -> None:
        """Sentences, each on a line of its own, below an empty line."""
        page = self.page()
        for message in messages:
            page.line(page.say(message), role=role)
        self.show(page)

    def state(self, status: Status, message: Text) -> None:
        """A sentence with the mark of a status."""
        page = self.page()
        page.line(marked(page, status, message), role=ROLES[status])
        self.show(page)

    def choose(
        self, question: Text, choices: Sequence[tuple[str, Text | str]], start: str | None = None
    ) -> str:
        """One of the choices, by its value.

        :param start: the one that Enter alone means; else the first.
        :raises Back: when the student leaves it.
        """
        self.session.out.write("\n")
        labelled = [
            Choice(value, label if isinstance(label, str) else self.render(label)) for value, label in choices
        ]
        return self.dialogue.choose(self.render(question), labelled, start)

    def line(self, question: Text) -> str:
        """A line of text.

        :raises Back: when the student leaves it.
        """
        self.session.out.write("\n")
        return self.dialogue.line(self.render(question))
