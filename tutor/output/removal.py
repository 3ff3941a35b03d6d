"""What is going to be taken away, and what is left: as text, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tutor.baseline.plan import Kept, Operation, Plan, Refusal
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Text, Translate, text

SCHEMA = 1


def render_plan(
    plan: Plan, translate: Translate, style: Style, *, title: Text, since: str, notes: Sequence[Text]
) -> str:
    """Each thing, what happens to it, and the command; then what is left alone, and why.

    :param since: when the baseline was taken.
    :param notes: sentences for the end.
    """
    page = Page(translate, style)
    page.heading(page.say(title))
    page.line(page.say(text("Since the baseline of {time}", time=since)), role="quiet")
    if not plan.operations:
        page.line(page.say(text("Nothing to take away.")), role="good")
    for operation in plan.operations:
        _write_operation(page, operation)
    _write_left(page, plan)
    page.gap()
    for note in notes:
        page.line(page.say(note))
    sudo = sum(operation.command.startswith("sudo ") for operation in plan.operations)
    if sudo:
        page.line(page.say(text("Commands that need sudo: {count}", count=sudo)))
    return page.document()


def render_operation(operation: Operation, translate: Translate, style: Style) -> str:
    """What is done now."""
    page = Page(translate, style)
    _write_operation(page, operation)
    return page.document()


def render_ending(plan: Plan, differences: Sequence[Text], translate: Translate, style: Style) -> str:
    """How it went: in what the machine differs from its baseline still."""
    page = Page(translate, style)
    page.gap()
    if plan.remains:
        page.line(page.say(text("Not everything of the course is gone.")), role="bad")
        _write_left(page, plan)
    else:
        page.line(page.say(text("Everything on the list is gone.")), role="good")
    if differences:
        page.heading(page.say(text("What differs from the baseline")))
        for difference in differences:
            page.line(page.say(difference))
    return page.document()


def plan_document(plan: Plan, translate: Translate) -> str:
    """The plan for programs: docs/cleanup.md describes it."""
    document = {
        "schema": SCHEMA,
        "operations": [_operation(one, translate) for one in plan.operations],
        "left": [_refusal(one, translate) for one in plan.refusals],
        "kept": [_kept(one, translate) for one in plan.kept],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _write_operation(page: Page, operation: Operation) -> None:
    page.line(page.say(text("{thing}: {effect}", thing=operation.thing, effect=operation.effect)))
    page.commands([operation.command], level=1)


def _write_left(page: Page, plan: Plan) -> None:
    if plan.refusals:
        page.heading(page.say(text("Left alone")))
    for refusal in plan.refusals:
        page.line(page.say(text("{thing}: {why}", thing=refusal.thing, why=refusal.why)))
    if plan.kept:
        page.heading(page.say(text("Kept")))
    for kept in plan.kept:
        page.line(page.say(text("{thing}: {why}", thing=kept.thing, why=kept.why)))
        page.commands(kept.commands, level=1)


def _operation(one: Operation, translate: Translate) -> dict[str, Any]:
    return {
        "step": one.step,
        "thing": one.thing.render(translate),
        "effect": one.effect.render(translate),
        "command": one.command,
        "sudo": one.command.startswith("sudo "),
    }


def _refusal(one: Refusal, translate: Translate) -> dict[str, Any]:
    return {
        "step": one.step,
        "thing": one.thing.render(translate),
        "why": one.why.render(translate),
        "foreign": one.foreign,
    }


def _kept(one: Kept, translate: Translate) -> dict[str, Any]:
    return {
        "thing": one.thing.render(translate),
        "why": one.why.render(translate),
        "commands": list(one.commands),
    }
