"""Texts for people: a message and its values, rendered late, in the chosen language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Text:
    """A message id (the English sentence, with ``{name}`` placeholders) and its values.

    The id is also the gettext msgid; values are never used as format strings, so what a
    student or a hand-in supplies cannot reach into the formatting.
    """

    message: str
    values: Mapping[str, str | int | Text] = field(default_factory=dict)

    def render(self, translate: Translate) -> str:
        """The sentence in the language of ``translate``, with the values filled in."""
        values = {
            name: value.render(translate) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return translate(self.message).format_map(values)


def text(message: str, /, **values: str | int | Text) -> Text:
    """A :class:`Text`; the name that the message extractor looks for."""
    return Text(message, values)
