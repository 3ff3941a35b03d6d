"""What is said about a command, gathered from where the command is declared."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from typer import Typer
from typer._click.core import Command, Context, Parameter  # the Click that this Typer carries
from typer._types import TyperChoice
from typer.core import TyperGroup

from tutor.commands.examples import EXAMPLES, SEE_ALSO
from tutor.output.help import Entry, Manual
from tutor.text import Translate, text

_HELP = text("Show this message and exit.")
_OPTIONS = text("[OPTIONS]")
_COMMAND = text("COMMAND [ARGUMENTS]...")


def manual(ctx: Context, translate: Translate) -> Manual:
    """The manual of the context's command, in the language of ``translate``.

    What Typer knows as English (docstrings, ``help``, ``metavar``) are message ids.
    """
    command, verb = ctx.command, ctx.command_path.partition(" ")[2]
    parameters = [each for each in command.get_params(ctx) if not getattr(each, "hidden", False)]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    options = [each for each in parameters if each.param_type_name == "option"]
    usage = [_OPTIONS.render(translate), *(_placeholder(each, translate) for each in arguments)]
    if isinstance(command, TyperGroup):
        usage.append(_COMMAND.render(translate))
    return Manual(
        name=ctx.command_path,
        usage=" ".join(usage),
        paragraphs=tuple(map(translate, paragraphs(command.help or ""))),
        arguments=tuple(_argument(each, translate) for each in arguments),
        options=tuple(_option(each, translate) for each in options),
        commands=tuple(_commands(command, translate)),
        examples=tuple(Entry(typed, what.render(translate)) for typed, what in EXAMPLES.get(verb, ())),
        see_also=tuple(f"tutor {each}" for each in SEE_ALSO.get(verb, ())),
    )


def manuals(app: Typer, translate: Translate) -> list[Manual]:
    """The manuals of all commands of an application, its own first."""
    import typer.main

    program = Context(typer.main.get_command(app), info_name="tutor")
    return [manual(ctx, translate) for ctx in contexts(program)]


def contexts(ctx: Context) -> Iterator[Context]:
    """The context, and those of all commands below it."""
    yield ctx
    if isinstance(ctx.command, TyperGroup):
        for name, command in ctx.command.commands.items():
            if not command.hidden:
                yield from contexts(Context(command, info_name=name, parent=ctx))


def paragraphs(docstring: str) -> list[str]:
    """The paragraphs of a docstring, each on one line: the messages that are translated."""
    blocks = inspect.cleandoc(docstring).split("\n\n")
    return [" ".join(block.split()) for block in blocks if block.strip()]


def _argument(parameter: Parameter, translate: Translate) -> Entry:
    return Entry(_placeholder(parameter, translate), translate(getattr(parameter, "help", None) or ""))


def _option(parameter: Parameter, translate: Translate) -> Entry:
    names = ", ".join(sorted(parameter.opts, key=len))
    placeholder = "" if getattr(parameter, "is_flag", False) else _placeholder(parameter, translate)
    meaning = translate(getattr(parameter, "help", None) or "")
    if isinstance(parameter.default, str):
        told = text("{meaning} (default: {value}).", meaning=meaning.rstrip("."), value=parameter.default)
        meaning = told.render(translate)
    return Entry(f"{names} {placeholder}".rstrip(), meaning)


def _placeholder(parameter: Parameter, translate: Translate) -> str:
    if parameter.metavar:
        return translate(parameter.metavar)
    if isinstance(parameter.type, TyperChoice):
        return "|".join(map(str, parameter.type.choices))
    return (parameter.name or "").upper()


def _commands(command: Command, translate: Translate) -> Iterator[Entry]:
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            if not each.hidden:
                first, *_ = paragraphs(each.help or "") or [""]
                yield Entry(name, translate(first))
