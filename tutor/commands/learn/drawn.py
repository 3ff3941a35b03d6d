"""The dialogue drawn with questionary: arrows and Enter. What it draws is taken away once answered."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import questionary
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from tutor.commands.learn.dialogue import Back, Choice
from tutor.commands.session import Session
from tutor.output.cells import cells
from tutor.text import Text, text

_POINTER = "▸"
#: What stands before a label: spaces, the pointer, and in a list of several the mark.
_BEFORE, _BEFORE_SEVERAL = 4, 6
_LOOK = questionary.Style(
    [
        ("qmark", "fg:ansicyan"),
        ("question", "bold"),
        ("pointer", "fg:ansicyan bold"),
        ("highlighted", "fg:ansicyan bold"),
        ("selected", "fg:ansigreen"),
        ("instruction", "fg:ansibrightblack"),
        ("answer", ""),
        ("validation-toolbar", "fg:ansired bold"),
    ]
)


class Drawn:
    """Menus on the student's terminal."""

    draws = True

    def __init__(self, session: Session) -> None:
        self._session = session

    def choose(self, question: str, choices: Sequence[Choice], start: str | None = None) -> str:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        prompt = questionary.select(
            question,
            choices=self._choices(choices, _BEFORE),
            default=start,
            instruction=self._instruction(text("(arrows and Enter; Ctrl-C: back)"), question),
            pointer=_POINTER,
            show_description=False,
            **self._common(),
        )
        value = str(self._ask(prompt))
        self._echo(next(choice.label for choice in choices if choice.value == value))
        return value

    def several(self, question: str, choices: Sequence[Choice]) -> list[str]:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        at_least_one = text("Choose at least one.").render(self._session.translate)
        prompt = questionary.checkbox(
            question,
            choices=self._choices(choices, _BEFORE_SEVERAL),
            instruction=self._instruction(text("(arrows, space marks, Enter answers)"), question),
            validate=lambda chosen: bool(chosen) or at_least_one,
            pointer=_POINTER,
            show_description=False,
            **self._common(),
        )
        values = [str(value) for value in self._ask(prompt)]
        self._echo(", ".join(choice.label for choice in choices if choice.value in values))
        return values

    def line(self, question: str) -> str:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        wanted = text("Write a few words, or leave with Ctrl-C.").render(self._session.translate)
        prompt = questionary.text(
            question,
            validate=lambda answer: bool(answer.strip()) or wanted,
            validate_while_typing=False,
            **self._common(),
        )
        answer = str(self._ask(prompt)).strip()
        self._echo(self._session.style.show(answer))
        return answer

    def shows_whole(self, choices: Sequence[Choice]) -> bool:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        room = self._session.style.width - _BEFORE_SEVERAL
        return all(cells(choice.label) <= room for choice in choices)

    def pause(self, message: str) -> None:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        out = self._session.out
        out.write(self._session.style.paint(message, "quiet"))
        out.flush()
        try:
            if not sys.stdin.readline():
                raise Back(interrupted=False)
        except KeyboardInterrupt:
            out.write("\r\x1b[K")
            raise Back(interrupted=True) from None
        # The terminal has echoed Enter: take the line back.
        out.write("\x1b[A\r\x1b[K")

    def _echo(self, label: str) -> None:
        """Leave one line of what was drawn: what was chosen."""
        style = self._session.style
        self._session.out.write(style.paint(_cut(f"{_POINTER} {label}", style.width), "quiet") + "\n")

    def _ask(self, prompt: questionary.Question) -> Any:
        self._session.out.flush()
        application = prompt.application
        application.ttimeoutlen = 0.1
        application.key_bindings = merge_key_bindings(
            [each for each in (application.key_bindings, _leaving()) if each is not None]
        )
        try:
            return prompt.unsafe_ask()
        except KeyboardInterrupt:
            raise Back(interrupted=True) from None
        except EOFError:
            raise Back(interrupted=False) from None

    def _common(self) -> dict[str, Any]:
        """The look, and an output that asks the terminal nothing: an answer could come too late for us."""
        output = Vt100_Output.from_pty(self._session.out)
        output.enable_cpr = False
        colours = None if self._session.style.colour else ColorDepth.DEPTH_1_BIT
        return {
            "qmark": "",
            "style": _LOOK,
            "output": output,
            "color_depth": colours,
            "erase_when_done": True,
        }

    def _choices(self, choices: Sequence[Choice], before: int) -> list[questionary.Choice]:
        room = self._session.style.width - before
        return [questionary.Choice(_cut(each.label, room), value=each.value) for each in choices]

    def _instruction(self, message: Text, question: str) -> str:
        """How it is used, where there is room for it."""
        said = message.render(self._session.translate)
        return said if cells(question) + cells(said) + 3 <= self._session.style.width else " "


def _leaving() -> KeyBindings:
    """Ctrl-D and Esc leave a menu, as Ctrl-C does."""
    bindings = KeyBindings()

    @bindings.add("c-d")
    @bindings.add("escape")
    def _(event: Any) -> None:
        event.app.exit(exception=EOFError)

    return bindings


def _cut(label: str, room: int) -> str:
    if cells(label) <= room:
        return label
    while label and cells(label) > room - 1:
        label = label[:-1]
    return label.rstrip() + "…"
