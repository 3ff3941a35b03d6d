"""The options that commands share: declared once, added to a command by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from tutor.commands.session import Options
from tutor.dataclass import replace
from tutor.output.interface import FormatName

Command = Callable[..., "int | None"]

#: By the field of :class:`Options` that each fills: the parameter's type with its help, and its default.
SHARED: dict[str, tuple[Any, Any]] = {
    "format": (Annotated[FormatName, typer.Option("--format", help="What to print.")], "text"),
    "lang": (
        Annotated[
            str | None,
            typer.Option("--lang", metavar="sv|en", help="Language; else the configured, else the locale's."),
        ],
        None,
    ),
    "no_color": (Annotated[bool, typer.Option("--no-color", help="No colour (also: NO_COLOR).")], False),
    "plain": (
        Annotated[bool, typer.Option("--plain", help="Words only: for screen readers and logs.")],
        False,
    ),
    "verbose": (Annotated[bool, typer.Option("--verbose", "-v", help="Details of what passed, too.")], False),
    "course": (
        Annotated[Path | None, typer.Option("--course", metavar="DIR", help="Another course's folder.")],
        None,
    ),
    "evidence": (
        Annotated[Path | None, typer.Option("--from", metavar="FILE", help="Judge a recorded host.")],
        None,
    ),
    "course_config": (
        Annotated[
            Path | None,
            typer.Option("--course-config", metavar="FILE", help="Your instructor's points and numbers."),
        ],
        None,
    ),
    "variables": (
        Annotated[
            list[str] | None,
            typer.Option("--var", metavar="NAME=VALUE", help="A course variable, for this run."),
        ],
        None,
    ),
}
#: What every command takes.
LOOK = ("lang", "no_color", "plain", "course")


def shares(*names: str) -> Callable[[Command], Command]:
    """Give a command these options, and hand them to it as ``options``.

    An option may also stand before the command's name (``tutor --lang sv list``); one after it wins.

    :param names: fields of :class:`Options`.
    """

    def decorate(command: Command) -> Command:
        own = inspect.signature(command, eval_str=True).parameters
        context = "context" in own

        @wraps(command)
        def run(context_: typer.Context, **given: Any) -> int | None:
            mine = {name: given.pop(name) for name in names}
            options = _merged(context_.obj, mine)
            if context:
                given["context"] = context_
            return command(**given, options=options)

        _declare(run, [each for name, each in own.items() if name not in ("options", "context")], names)
        return run

    return decorate


def _merged(outer: Any, given: dict[str, Any]) -> Options:
    base = outer if isinstance(outer, Options) else Options()
    if given.get("variables"):
        given["variables"] = tuple(given["variables"])
    return replace(
        base, **{name: value for name, value in given.items() if value and value != SHARED[name][1]}
    )


def _declare(run: Command, own: list[inspect.Parameter], names: tuple[str, ...]) -> None:
    """Let Typer see one plain list of parameters."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(name, keyword, default=default, annotation=annotation)
        for name, (annotation, default) in ((name, SHARED[name]) for name in names)
    ]
    context = inspect.Parameter("context_", keyword, annotation=typer.Context)
    parameters = [context, *(each.replace(kind=keyword) for each in own), *shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
