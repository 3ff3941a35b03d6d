"""The plainest command line, `tutor check` with words and a few options, read without the parser.

To load Typer and declare all verbs to it takes as long as to grade the whole course. What is read here means
what Typer makes of it (tests/commands/test_line.py compares them); everything else is left to Typer.
"""

from __future__ import annotations

# Nothing of the tool is imported here: this is read before anything else.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_FORMATS = ("text", "json", "junit", "tap")
_FLAGS = {"--no-color": "no_color", "--plain": "plain", "--verbose": "verbose", "-v": "verbose"}


def check_line(arguments: Sequence[str]) -> tuple[dict[str, Any], list[str]] | None:
    """The fields of the :class:`Options` of `tutor check`, and its words; None for whatever else it may be.

    :param arguments: all of the command line, behind the program's name.
    """
    if arguments[:1] != ["check"]:
        return None
    given: dict[str, Any] = {}
    words, variables = list[str](), list[str]()
    left = iter(arguments[1:])
    for word in left:
        if word in _FLAGS:
            given[_FLAGS[word]] = True
        elif word in ("--format", "--lang", "--var"):
            value = next(left, "")
            if value[:1] in ("", "-") or (word == "--format" and value not in _FORMATS):
                return None
            if word == "--var":
                variables.append(value)
            else:
                given[word.lstrip("-")] = value
        elif word[:1] in ("", "-"):
            return None
        else:
            words.append(word)
    return {**given, "variables": tuple(variables)}, words
