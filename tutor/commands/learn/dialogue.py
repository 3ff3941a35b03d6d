"""How the walk asks: one protocol, whatever the terminal can show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tutor.dataclass import dataclass


class Back(Exception):
    """The person leaves a prompt: one level back.

    :param interrupted: by Ctrl-C; otherwise by Ctrl-D, Esc or a closed input.
    """

    def __init__(self, *, interrupted: bool) -> None:
        super().__init__()
        self.interrupted = interrupted


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu: what it stands for, and what it says, harmless already."""

    value: str
    label: str


class Dialogue(Protocol):
    """Each method raises :class:`Back` when the person leaves it. Texts are rendered and harmless."""

    #: Whether the screen may be drawn on: else nothing is paged, and nothing taken back.
    draws: bool

    def choose(self, question: str, choices: Sequence[Choice], start: str | None = None) -> str:
        """One of the choices, by its value; Enter alone means ``start``, else the first."""

    def several(self, question: str, choices: Sequence[Choice]) -> list[str]:
        """At least one of the choices."""

    def line(self, question: str) -> str:
        """A line of text, not empty."""

    def shows_whole(self, choices: Sequence[Choice]) -> bool:
        """Whether the labels have room: what is cut off has to be shown otherwise."""

    def pause(self, message: str) -> None:
        """Wait for Enter."""
