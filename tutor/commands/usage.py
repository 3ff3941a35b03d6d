"""What is wrong with a command line, said in the language of the interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer._click import exceptions  # the Click that this Typer carries
from typer._click.core import Context, Parameter
from typer._click.types import IntParamType, IntRange
from typer._types import TyperChoice
from typer.core import TyperGroup

from tutor.commands.examples import EXAMPLES
from tutor.course.findings import nearest
from tutor.errors import UsageError
from tutor.text import Text, text


def explained(error: exceptions.ClickException, ctx: Context, given: Sequence[str]) -> UsageError:
    """The parser's complaint as one of ours.

    :param given: the words that could not be parsed.
    """
    if isinstance(error, exceptions.NoSuchOption):
        near = error.possibilities or []
        return UsageError(
            text("{command} has no option {option}", command=ctx.command_path, option=error.option_name),
            text("Did you mean {names}?", names=", ".join(near)) if near else _see_help(ctx),
        )
    if isinstance(error, exceptions.BadOptionUsage):
        return UsageError(_wants_value(error.option_name, ctx), _see_help(ctx))
    if isinstance(error, exceptions.MissingParameter) and error.param is not None:
        return UsageError(text("{parameter} is missing", parameter=named(error.param)), _example(ctx))
    if isinstance(error, exceptions.BadParameter) and error.param is not None:
        return _bad_value(error.param, error.message, ctx, given)
    return UsageError(text("{message}", message=error.format_message()), _see_help(ctx))


def too_much(ctx: Context, words: Sequence[str]) -> UsageError:
    """More words than the command has arguments."""
    what = text("{command} does not take {words}", command=ctx.command_path, words=" ".join(words))
    return UsageError(what, _example(ctx))


def no_separator(ctx: Context) -> UsageError:
    """Words of another command that do not stand behind ``--``."""
    return UsageError(text("the command to be run stands behind --"), _example(ctx))


def no_such_command(group: TyperGroup, ctx: Context, word: str) -> UsageError:
    """A word that is none of the group's commands."""
    near = nearest(word, list(group.commands))
    tip = text("`{command}` lists them.", command=f"{ctx.command_path} --help")
    if near:
        tip = text("Did you mean {names}?", names=", ".join(near))
    return UsageError(
        text("there is no command {name}", name=f"{ctx.command_path} {word}"),
        tip,
    )


def no_command(group: TyperGroup, ctx: Context) -> UsageError:
    """Nothing where one of the group's commands is wanted."""
    what = text("{command} wants to be told what", command=ctx.command_path)
    return UsageError(what, text("Use one of: {choices}", choices=", ".join(group.commands)))


def named(parameter: Parameter) -> Text | str:
    """An argument by its placeholder, an option by its longest name."""
    if parameter.param_type_name == "argument":
        # The placeholder is a message of its own, extracted where it is declared.
        return Text(str(parameter.metavar or parameter.name))
    return max(parameter.opts, key=len)


def _wants_value(option: str, ctx: Context) -> Text:
    found = next((each for each in ctx.command.get_params(ctx) if option in each.opts), None)
    if found is not None and getattr(found, "is_flag", False):
        return text("{option} takes no value", option=option)
    return text("{option} wants a value", option=option)


def _bad_value(parameter: Parameter, message: str, ctx: Context, given: Sequence[str]) -> UsageError:
    name, value, kind = named(parameter), _value(parameter, ctx, given), parameter.type
    if isinstance(kind, TyperChoice):
        choices = ", ".join(map(str, kind.choices))
        return UsageError(
            text("{option} cannot be {value}", option=name, value=value),
            text("Use one of: {choices}", choices=choices),
        )
    if isinstance(kind, (IntParamType, IntRange)):
        return UsageError(
            text("{option} wants a whole number, not {value}", option=name, value=value), _see_help(ctx)
        )
    return UsageError(text("{option}: {problem}", option=name, problem=message), _see_help(ctx))


def _value(parameter: Parameter, ctx: Context, given: Sequence[str]) -> str:
    """What was given, which the parser's complaint holds only inside a sentence."""
    options, _, _ = ctx.command.make_parser(ctx).parse_args(args=list(given))
    value: Any = options.get(parameter.name or "")
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _example(ctx: Context) -> Text:
    verb = ctx.command_path.partition(" ")[2]
    for example, _ in EXAMPLES.get(verb, ()):
        return text("Example: {example}; more: {command}", example=example, command=_help(ctx))
    return _see_help(ctx)


def _see_help(ctx: Context) -> Text:
    return text("see: {command}", command=_help(ctx))


def _help(ctx: Context) -> str:
    return f"{ctx.command_path} --help"
