"""Language and look, read from the command line without the parser: it may have refused it, or not begun."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.commands.session import Options, Session
from tutor.config import Config
from tutor.dataclass import replace
from tutor.errors import UserError
from tutor.language import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


def plain_session(arguments: Sequence[str] | None = None) -> Session:
    """A session in which something can be said, whatever is wrong with the rest.

    :param arguments: in use, what the program was given.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    language, course = _value_of("--lang", arguments), _value_of("--course", arguments)
    session = Session(
        Options(
            lang=language if language in LANGUAGES else None,
            no_color="--no-color" in arguments,
            plain="--plain" in arguments,
            course=_path(course) if course else None,
        )
    )
    try:
        session.translate  # noqa: B018 - a broken configuration must not hide what is to be said
    except UserError:
        session = Session(replace(session.options, lang="en"))
        session.config = Config()
    return session


def _path(word: str) -> Path:
    from pathlib import Path

    return Path(word)


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    """The option's last value, as the parser has it."""
    found = None
    for index, word in enumerate(arguments):
        if word == option and index + 1 < len(arguments):
            found = arguments[index + 1]
        elif word.startswith(f"{option}="):
            found = word.partition("=")[2]
    return found
