"""The parser of the command line: Typer's, with help and complaints in the language of the interface."""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping
from typing import Any, cast

import typer
from typer._click.core import Command as AnyCommand  # the Click that this Typer carries
from typer._click.core import Context, Parameter
from typer._click.exceptions import ClickException
from typer._click.exceptions import UsageError as UsageFault
from typer.core import TyperCommand, TyperGroup, TyperOption

from tutor.errors import UsageError
from tutor.text import text

HELP_OPTIONS = ["-h", "--help"]


class Command(TyperCommand):
    """A verb."""

    # What is too much is said in words of ours.
    allow_extra_args = True

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse; what cannot be parsed is a :class:`tutor.errors.UsageError`."""
        rest = _parsed(super().parse_args, ctx, args)
        if rest and not ctx.resilient_parsing:
            from tutor.commands.usage import too_much

            raise too_much(ctx, rest)
        return rest

    def get_help_option(self, ctx: Context) -> TyperOption | None:  # noqa: ARG002 - Click's
        """The option that prints the help."""
        self._help_option = self._help_option or _help_option()
        return self._help_option


class Carrier(Command):
    """A verb that carries another command: the words behind ``--``, whatever they are."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse what stands before ``--``; what stands behind it is the parameter ``words``."""
        own, behind = (args, [])
        if "--" in args:
            own, behind = args[: args.index("--")], args[args.index("--") + 1 :]
        rest = super().parse_args(ctx, own)
        if ctx.params.get("words") and not ctx.resilient_parsing:
            from tutor.commands.usage import no_separator

            raise no_separator(ctx)
        ctx.params["words"] = behind
        return rest


class Group(TyperGroup):
    """A word with commands of its own: ``tutor`` itself, or ``tutor author``."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse; what cannot be parsed is a :class:`tutor.errors.UsageError`."""
        given = bool(args)
        rest = _parsed(super().parse_args, ctx, args)
        if not (given or self.invoke_without_command or ctx.resilient_parsing):
            from tutor.commands.usage import no_command

            raise no_command(self, ctx)
        return rest

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        """The command of that name, or a :class:`tutor.errors.UsageError` with those that look like it."""
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            from tutor.commands.usage import no_such_command

            raise no_such_command(self, ctx, args[0])
        return super().resolve_command(ctx, args)

    def get_help_option(self, ctx: Context) -> TyperOption | None:  # noqa: ARG002 - Click's
        """The option that prints the help."""
        self._help_option = self._help_option or _help_option()
        return self._help_option

    def _main_shell_completion(
        self, ctx_args: MutableMapping[str, Any], prog_name: str, complete_var: str | None = None
    ) -> None:
        """Answer a shell that asks what may stand here; Typer looks for that before it parses."""
        variable = complete_var or "_TUTOR_COMPLETE"
        if os.environ.get(variable):
            from tutor.commands.completion import answer

            answer(self, ctx_args, prog_name)
            raise typer.Exit


class Verbs(typer.Typer):
    """An application whose commands are all of the classes above."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            cls=Group,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            add_completion=False,
            context_settings={"help_option_names": HELP_OPTIONS},
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Make a function a verb; its docstring is the help, paragraph by paragraph."""
        return cast("Callable[[Any], Any]", super().command(name, **{"cls": Command, **settings}))


def parsed_and_run(app: Verbs) -> int:
    """Parse the command line and run what it names; the exit code.

    :raises UsageError: for a line that cannot be used.
    :raises KeyboardInterrupt: also where a person leaves a question with Ctrl-C.
    """
    try:
        return int(app(prog_name="tutor", standalone_mode=False) or 0)
    except typer.Exit as ending:
        return int(ending.exit_code)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except ClickException as error:
        context = error.ctx if isinstance(error, UsageFault) else None
        command = context.command_path if context is not None else "tutor"
        raise UsageError(
            text("{message}", message=error.format_message()), text("see: {command} --help", command=command)
        ) from None


def _parsed(parse: Callable[[Context, list[str]], list[str]], ctx: Context, args: list[str]) -> list[str]:
    given = list(args)
    try:
        return parse(ctx, args)
    except ClickException as error:
        if ctx.resilient_parsing:  # completion guesses, and says nothing
            raise
        from tutor.commands.usage import explained

        raise explained(error, ctx, given) from None


def _help_option() -> TyperOption:
    return TyperOption(
        param_decls=HELP_OPTIONS,
        is_flag=True,
        expose_value=False,
        is_eager=True,
        help="Show this message and exit.",
        callback=_show_help,
    )


def _show_help(ctx: Context, _parameter: Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from tutor.commands.arguments import plain_session
    from tutor.commands.manual import manual
    from tutor.output import interface
    from tutor.output.help import render_help

    session = plain_session()
    document = render_help(manual(ctx, session.translate), session.translate, session.style)
    interface.write(document, session.out, "text")
    ctx.exit()
