"""What can be completed, by the placeholder that an argument or option has: a new verb has nothing to do."""

from __future__ import annotations

import os
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from typer._click.core import Context, Parameter  # the Click that this Typer carries
from typer._click.shell_completion import CompletionItem
from typer._types import TyperChoice
from typer.core import TyperGroup

from tutor.commands.config import LANGUAGE, OWN_KEYS
from tutor.commands.manual import paragraphs
from tutor.commands.session import Session
from tutor.language import LANGUAGES

Given = Mapping[str, Any]
#: ``lesson/step/`` and what is typed of a check.
_CHECK_SLASHES = 2


def candidates(
    session: Session, parameter: Parameter, given: Given, incomplete: str
) -> Iterator[CompletionItem]:
    """The values that the parameter may have; none where it is a file, or anything.

    :param given: the values of the command's other parameters.
    """
    if isinstance(parameter.type, TyperChoice):
        yield from (CompletionItem(str(choice)) for choice in parameter.type.choices)
    elif parameter.metavar in _BY_PLACEHOLDER:
        yield from _BY_PLACEHOLDER[parameter.metavar](session, given, incomplete)


def named(session: Session, context: Context, incomplete: str) -> Iterator[CompletionItem]:
    """The commands of a group, and the options, once a dash is typed."""
    command = context.command
    # Behind a word that is no command, nothing can be known.
    unknown = [*context._protected_args, *context.args]  # noqa: SLF001
    if isinstance(command, TyperGroup) and not unknown and not incomplete.startswith("-"):
        for name, each in command.commands.items():
            if name.startswith(incomplete) and not each.hidden:
                first, *_ = paragraphs(each.help or "") or [""]
                yield CompletionItem(name, help=session.translate(first))
    if incomplete.startswith("-"):
        for parameter in command.get_params(context):
            meaning = session.translate(getattr(parameter, "help", None) or "")
            if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False):
                yield from (CompletionItem(name, help=meaning) for name in _names(parameter, incomplete))


def _names(parameter: Parameter, incomplete: str) -> list[str]:
    return [name for name in parameter.opts if name.startswith(incomplete)]


def _steps(session: Session, _given: Given, _incomplete: str) -> Iterator[CompletionItem]:
    return (CompletionItem(step.id, help=step.title) for step in session.course.steps)


def _words(session: Session, given: Given, incomplete: str) -> Iterator[CompletionItem]:
    """Steps and lessons; a step's checks once its id is complete."""
    yield from (CompletionItem(lesson.id, help=lesson.title) for lesson in session.course.lessons)
    yield from _steps(session, given, incomplete)
    if incomplete.count("/") == _CHECK_SLASHES:
        for step in session.course.steps:
            yield from (CompletionItem(id_, help=step.title) for id_ in step.check_ids)


def _choices(session: Session, given: Given, _incomplete: str) -> Iterator[CompletionItem]:
    """``1a``, ``1b``, ...: the questions of the step that was named, as `tutor answer` numbers them."""
    step = next(step for step in session.course.steps if step.id == given.get("step"))
    for number, question in enumerate(step.quiz, 1):
        for letter, option in zip(string.ascii_lowercase, question.options, strict=False):
            yield CompletionItem(f"{number}{letter}", help=option.text)


def _keys(session: Session, _given: Given, _incomplete: str) -> Iterator[CompletionItem]:
    yield from (CompletionItem(key) for key in OWN_KEYS)
    yield from (
        CompletionItem(name, help=str(variable.value)) for name, variable in session.course.variables.items()
    )


def _key_values(session: Session, given: Given, _incomplete: str) -> Iterator[CompletionItem]:
    key = str(given.get("key"))
    if key == LANGUAGE:
        yield from _languages(session, given, "")
    variable = session.course.variables.get(key.removeprefix("variables."))
    if variable is not None:
        yield CompletionItem(str(variable.value))


def _assignments(session: Session, _given: Given, _incomplete: str) -> Iterator[CompletionItem]:
    for name, variable in session.course.variables.items():
        yield CompletionItem(f"{name}=", help=str(variable.value))


def _languages(_session: Session, _given: Given, _incomplete: str) -> Iterator[CompletionItem]:
    return (CompletionItem(language) for language in LANGUAGES)


def _sandboxes(_session: Session, _given: Given, _incomplete: str) -> Iterator[CompletionItem]:
    """This user's; their names are no secret, unlike what is in them."""
    from tutor.sandbox.names import is_name
    from tutor.sandbox.store import Store

    return (CompletionItem(name) for name in sorted(os.listdir(Store.of(os.environ).folder)) if is_name(name))


_BY_PLACEHOLDER: dict[str, Callable[[Session, Given, str], Iterator[CompletionItem]]] = {
    "STEP": _steps,
    "[STEP]": _steps,
    "[STEP]...": _steps,
    "STEP...": _steps,
    "[STEP|LESSON]...": _words,
    "[CHOICE]...": _choices,
    "[KEY]": _keys,
    "[VALUE]": _key_values,
    "NAME=VALUE": _assignments,
    "sv|en": _languages,
    "[NAME]": _sandboxes,
}
