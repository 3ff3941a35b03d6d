"""How a hand-in is signed: with which key, and who may be asked for its passphrase."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tutor.commands.session import Session
from tutor.handin.keys import Key
from tutor.handin.sign import Run
from tutor.host.process import run
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: Seconds that a signature may take where nobody is asked for anything.
_SIGN_LIMIT = 60.0


def signed_by(key: Key | None) -> Text:
    """Whether it is to be signed, and with what."""
    if key is None:
        return text("no: your teacher cannot see whether it is yours")
    shown_key = key.fingerprint or key.path or ""
    if key.path is None:
        return text("with {key}, of the agent", key=f"{key.type} {shown_key}")
    return text("with {key}", key=f"{key.path} {key.fingerprint or ''}".strip())


def signing(session: Session) -> Run:
    """How ssh-keygen is run: on the terminal where a person is there, who may be asked for a passphrase."""

    def on_terminal(words: Sequence[str]) -> tuple[int, str]:
        from tutor.actions.terminal import run_on_terminal

        return run_on_terminal(words, os.environ), ""

    def alone(words: Sequence[str]) -> tuple[int, str]:
        env = {**os.environ, "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"}
        try:
            done = run(words, limit=_SIGN_LIMIT, env=env)
        except Unobservable as failure:
            return 1, failure.message.render(session.translate)
        return done.returncode, done.stderr

    return on_terminal if session.interactive else alone
