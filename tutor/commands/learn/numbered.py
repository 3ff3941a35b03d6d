"""The dialogue as numbered lines and a plain prompt: for screen readers, and for any terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from tutor.commands.learn.dialogue import Back, Choice
from tutor.commands.session import Session
from tutor.output.cells import wrap
from tutor.text import Text, text


class Numbered:
    """Lists, and reads a line. The terminal itself edits the line."""

    draws = False

    def __init__(self, session: Session) -> None:
        self._session = session

    def choose(self, question: str, choices: Sequence[Choice], start: str | None = None) -> str:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        self._list(question, choices)
        usual = next((number for number, each in enumerate(choices, 1) if each.value == start), 1)
        while True:
            numbers = self._numbers(text("Number, or Enter for {number}:", number=usual), len(choices))
            if len(numbers) <= 1:
                return choices[(numbers or [usual])[0] - 1].value
            self._say(text("Choose one number."))

    def several(self, question: str, choices: Sequence[Choice]) -> list[str]:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        self._list(question, choices)
        while True:
            numbers = self._numbers(text("Numbers, with spaces between:"), len(choices))
            if numbers:
                return [choice.value for number, choice in enumerate(choices, 1) if number in numbers]
            self._say(text("Choose at least one."))

    def line(self, question: str) -> str:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        while True:
            answer = self._read(question + " ").strip()
            if answer:
                return answer
            self._say(text("Write a few words, or leave with Ctrl-C."))

    def shows_whole(self, choices: Sequence[Choice]) -> bool:  # noqa: ARG002 - the protocol's
        """See :class:`tutor.commands.learn.dialogue.Dialogue`: long lines are wrapped."""
        return True

    def pause(self, message: str) -> None:
        """See :class:`tutor.commands.learn.dialogue.Dialogue`."""
        self._read(message + " ")

    def _list(self, question: str, choices: Sequence[Choice]) -> None:
        width = self._session.style.width
        self._write(wrap(question, width))
        for number, choice in enumerate(choices, 1):
            first = f"{number}. "
            self._write(wrap(choice.label, width, first=first, rest=" " * len(first)))

    def _numbers(self, prompt: Text, most: int) -> list[int]:
        """The numbers of an answered line; none of an empty one. Asks again until it can be read."""
        while True:
            words = re.split(r"[ ,.]+", self._read(prompt.render(self._session.translate) + " ").strip(" ,."))
            if words == [""]:
                return []
            if all(re.fullmatch("[0-9]{1,4}", word) and 1 <= int(word) <= most for word in words):
                return [int(word) for word in words]
            self._say(text("Choose from 1 to {most}; Ctrl-C goes back.", most=most))

    def _read(self, prompt: str) -> str:
        out = self._session.out
        out.write(self._session.style.show(prompt))
        out.flush()
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            out.write("\n")
            raise Back(interrupted=True) from None
        if not line:
            out.write("\n")
            raise Back(interrupted=False)
        return line.rstrip("\n")

    def _say(self, message: Text) -> None:
        self._write(
            wrap(self._session.style.show(message.render(self._session.translate)), self._session.style.width)
        )

    def _write(self, lines: Sequence[str]) -> None:
        self._session.out.writelines(line + "\n" for line in lines)
        self._session.out.flush()
