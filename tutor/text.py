"""Texts for people: a message and its values, rendered late, in the chosen language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tutor.dataclass import dataclass, field

Translate = Callable[[str], str]

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """A message id (the English sentence, with ``{name}`` placeholders) and its values.

    The id is also the gettext msgid. Only plain names in braces are replaced: a recording may
    hold any message, and Python's own formatting would let it reach into objects and memory.
    """

    message: str
    values: Mapping[str, str | int | Text] = field(default_factory=dict)

    def render(self, translate: Translate) -> str:
        """The sentence in the language of ``translate``, with the values filled in."""

        def fill(found: re.Match[str]) -> str:
            value = self.values.get(found[1], found[0])
            return value.render(translate) if isinstance(value, Text) else str(value)

        return _PLACEHOLDER.sub(fill, translate(self.message))


def text(message: str, /, **values: str | int | Text) -> Text:
    """A :class:`Text`; the name that the message extractor looks for."""
    return Text(message, values)
