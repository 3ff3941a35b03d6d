"""Shell completion: what may stand where the cursor is. Whatever goes wrong, the shell gets no answer."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import MutableMapping
from typing import Any

from typer._click.core import Command, Parameter  # the Click that this Typer carries
from typer._click.shell_completion import CompletionItem, _resolve_context, _resolve_incomplete

from tutor.commands.arguments import plain_session
from tutor.commands.candidates import candidates, named
from tutor.commands.session import Session
from tutor.output.printable import printable

#: Set by the shell's script to the shell's name, and to the words up to the cursor, a line each.
SHELL, WORDS = "_TUTOR_COMPLETE", "_TUTOR_WORDS"


def answer(command: Command, context_settings: MutableMapping[str, Any], program: str) -> None:
    """Print a candidate on each line, in the form that the asking shell's script reads."""
    # Nothing may be seen of a fault: the student is typing on this terminal.
    with contextlib.suppress(Exception), contextlib.redirect_stderr(io.StringIO()):
        shell, words = os.environ[SHELL], _words(os.environ.get(WORDS, ""))
        found = completions(command, context_settings, program, words)
        # ``--format=js`` is one word, but for bash.
        option, equals, _ = words[-1].partition("=")
        joined = option + equals if option.startswith("--") and equals and shell != "bash" else ""
        content = "".join(_line(shell, joined, item) + "\n" for item in found)
        sys.stdout.buffer.write(content.encode(errors="replace"))
        sys.stdout.flush()


def completions(
    command: Command, context_settings: MutableMapping[str, Any], program: str, words: list[str]
) -> list[CompletionItem]:
    """What the last of ``words``, which may be empty, can become.

    Nothing where a file is wanted: the shell knows those itself.
    """
    *complete, incomplete = words[1:] or [""]
    session = plain_session(complete)
    context = _resolve_context(command, dict(context_settings), program, list(complete))
    wanted, incomplete = _resolve_incomplete(context, list(complete), incomplete)
    if isinstance(wanted, Parameter):
        return [*_values(session, wanted, context.params, incomplete)]
    return [*named(session, context, incomplete)]


def _values(
    session: Session, parameter: Parameter, given: MutableMapping[str, Any], incomplete: str
) -> list[CompletionItem]:
    found = candidates(session, parameter, given, incomplete)
    return [item for item in found if str(item.value).startswith(incomplete)]


def _words(joined: str) -> list[str]:
    """The words; bash makes words of their own of the equals signs in ``--format=json``."""
    words: list[str] = []
    for word in joined.split("\n"):
        if word == "=" and words and words[-1].startswith("--"):
            continue
        words.append(word)
    # ``--format=`` with the cursor right behind it.
    return [*words, ""] if joined.endswith("\n=") and words[-1:] != [""] else words


def _line(shell: str, before: str, item: CompletionItem) -> str:
    value, meaning = before + str(item.value), printable(item.help or "")
    if shell == "zsh":
        return value.replace(":", r"\:") + (f":{meaning}" if meaning else "")
    if shell == "fish":
        return f"{value}\t{meaning}" if meaning else value
    return value
