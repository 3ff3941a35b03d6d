"""Who hands in: as configured, asked for where something is missing and a person is there."""

from __future__ import annotations

import os

from tutor import config as configuration
from tutor.commands.asking import said
from tutor.commands.session import Session
from tutor.config import Identity
from tutor.config.changing import set_value
from tutor.errors import UsageError
from tutor.text import Text, text

_QUESTIONS = {
    "name": text("Your name"),
    "email": text("Your e-mail address"),
    "student_id": text("Your student id (Enter: none)"),
}


def who(session: Session) -> Identity:
    """The student, with a name and an e-mail address or a student id.

    :raises UsageError: where that is not known, and nobody is there to be asked.
    """
    identity = session.config.identity
    if _is_enough(identity):
        return identity
    if session.interactive:
        identity = _asked(session, identity)
    if _is_enough(identity):
        return identity
    missing = "name" if identity.name is None else "email"
    raise UsageError(
        text("it is not known who hands in: {key} is not set", key=f"identity.{missing}"),
        text("Set it: {command}. Or hand in under another name: --pseudonym NAME", command=_command(missing)),
    )


def _is_enough(identity: Identity) -> bool:
    return identity.name is not None and (identity.email is not None or identity.student_id is not None)


def _asked(session: Session, identity: Identity) -> Identity:
    """Each answer is kept in the configuration, as ``tutor config`` would."""
    path = configuration.config_path(os.environ)
    for field, question in _QUESTIONS.items():
        while getattr(identity, field) is None and (answer := said(session, question)):
            try:
                identity = set_value(path, f"identity.{field}", answer).identity
            except UsageError as error:
                session.say(error.what)
    return identity


def _command(field: str) -> str:
    examples = {"name": '"Anna Andersson"', "email": "anna@example.org"}
    return f"tutor config identity.{field} {examples[field]}"


def shown(identity: Identity) -> Text:
    """The student on one line."""
    parts = [part for part in (identity.name, identity.email, identity.student_id) if part]
    return Text("{who}", {"who": ", ".join(parts)})
