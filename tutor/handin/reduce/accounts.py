"""Groups, links and sockets: without the names and addresses of others, and what is not the course's."""

from __future__ import annotations

from typing import Any

from tutor.handin.reduce.context import Context, reducer
from tutor.text import text


@reducer("group")
def group(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """Whether the student is a member, and whom the course names; of others only how many are."""
    own = [name for name in value["members"] if name == context.user or name in context.known]
    others = [name for name in value["members"] if name not in own]
    context.leave_out(text("names of other users"), len(others))
    unnamed = [f"other-user-{number}" for number in range(1, len(others) + 1)]
    return {**value, "members": own + unnamed}


@reducer("links")
def links(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """Without IPv6: the course's packets are IPv4's, and an IPv6 address may name one machine for ever."""
    shorter = [{**one, "addresses": [a for a in one["addresses"] if ":" not in a]} for one in value]
    before = sum(len(one["addresses"]) for one in value)
    context.leave_out(text("IPv6 addresses"), before - sum(len(one["addresses"]) for one in shorter))
    return shorter


@reducer("listeners")
def listeners(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """Those on the course's ports, and not whose: what else a machine serves is nobody's business."""
    unnamed = {"program": None, "pid": None, "unit": None}
    kept = [{**one, **unnamed} for one in value if one["port"] in context.numbers]
    context.leave_out(text("ports that this machine listens on"), len(value) - len(kept))
    return kept


@reducer("user")
def user(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """Who runs the tool, with the account's groups; who called sudo only where it is the student."""
    caller = value["sudo_user"]
    return {**value, "sudo_user": caller if caller in (None, context.user) else "other-user-1"}
