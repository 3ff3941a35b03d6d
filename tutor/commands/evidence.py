"""What ``--from`` names: a recording, or a hand-in."""

from __future__ import annotations

import os

from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.host.recorded import Recording
from tutor.text import text

#: How a hand-in begins, and no recording does (:data:`tutor.handin.format.OPENING`).
_HAND_IN = b'{"claim":{'


def evidence(session: Session) -> Recording:
    """The recording, or that in the hand-in, of which it is said whether anybody has changed it.

    :raises UsageError: when the file is neither, or cannot be used.
    """
    from tutor.host.recorded import load

    path = os.fspath(session.options.evidence or "")
    return _of_handin(session, path) if _begins_like_a_handin(path) else load(path)


def _begins_like_a_handin(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return False  # the reader of recordings says why
    try:
        return os.read(descriptor, len(_HAND_IN)) == _HAND_IN
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _of_handin(session: Session, path: str) -> Recording:
    from tutor.handin.chain import chain
    from tutor.handin.read import Refusal, read
    from tutor.handin.verify import Verifier

    handin = read(path)
    if isinstance(handin, Refusal):
        raise UsageError(
            text("{path}: not a hand-in that can be used: {why}", path=path, why=handin.reason),
            text("Ask for the file that tutor submit wrote, as it was."),
        )
    with Verifier() as verifier:
        signature = verifier.verify(handin)
    if signature.state != "other-key" and signature.reason is not None:
        session.say(text("{path}: {what}", path=path, what=signature.reason))
    for one in chain(handin).breaks[:1]:
        session.say(text("{path}: the journal in it is broken: {what}", path=path, what=one.what))
    return handin.recording
