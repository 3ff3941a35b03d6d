"""Who signed a hand-in, as ``ssh-keygen -Y verify`` finds it. One process for each that is in order."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from typing import Literal, final

from tutor.dataclass import dataclass
from tutor.handin.armour import Armour
from tutor.handin.format import NAMESPACE, HandIn
from tutor.handin.signers import AllowedSigners, Entry, identity
from tutor.handin.ssh import KNOWN_GOOD, Ssh
from tutor.text import Text, text

State = Literal["unsigned", "valid", "other-key", "invalid", "unknown"]


@dataclass(frozen=True, slots=True)
class Signature:
    """What can be said of a hand-in's signature.

    ``state`` is ``valid`` (by a key of the roster's; ``principal`` is whose), ``other-key`` (unchanged
    since it was signed, but by a key that the roster does not have, or no longer), ``invalid`` (changed
    afterwards, or made for something else), ``unsigned``, or ``unknown`` (could not be verified: ``fix``
    says what is missing). ``principals`` are all whom the roster gives that key.
    """

    state: State
    key_type: str | None = None
    fingerprint: str | None = None
    principal: str | None = None
    principals: tuple[str, ...] = ()
    reason: Text | None = None
    fix: tuple[str, ...] = ()


@final
class Verifier:
    """Verifies hand-ins, one after the other; a context, for it has files in a folder of its own.

    :param allowed: the roster's keys. None where there is no roster: then no key is known.
    """

    def __init__(self, allowed: AllowedSigners | None = None, program: str = "ssh-keygen") -> None:
        self._allowed = allowed or AllowedSigners()
        self._folder = tempfile.TemporaryDirectory(prefix="tutor-verify-")  # 0700 (tempfile(3))
        self._ssh = Ssh(program)
        self._unable: Signature | None = None
        self._tried = False

    def __enter__(self) -> Verifier:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def verify(self, handin: HandIn) -> Signature:
        """What can be said of this one's signature. It never raises, and waits for no one for long."""
        armour = handin.armour
        if armour is None:
            return Signature("unsigned", reason=text("it is not signed"))
        if armour.namespace != NAMESPACE.encode():
            return _of(armour, "invalid", text("its signature was made for something else"))
        unable = self._inability()
        return unable or self._verified(handin, armour)

    def _verified(self, handin: HandIn, armour: Armour) -> Signature:
        signature = self._write("signature", armour.text)
        entries = self._entries(armour)
        student = handin.payload.student
        claimed = [name for name in (student.email, student.id, student.name) if name]
        principals = tuple(dict.fromkeys(name for entry in entries for name in entry.principals))
        for name in dict.fromkeys(filter(None, (identity(entry, claimed) for entry in entries))):
            signers = self._write("allowed", "\n".join(entry.text for entry in entries) + "\n")
            words = ["-Y", "verify", "-n", NAMESPACE, "-I", name, "-f", signers, "-s", signature]
            if self._ssh.accepts(words, handin.line):
                return _of(armour, "valid", None, name, principals)
        return self._of_another(handin, armour, signature, principals)

    def _entries(self, armour: Armour) -> list[Entry]:
        """The roster's lines that may make this signature a known one."""
        if "-cert-" in armour.key_type:
            return self._allowed.authorities
        return self._allowed.by_key.get(armour.key, [])

    def _of_another(
        self, handin: HandIn, armour: Armour, signature: str, principals: Sequence[str]
    ) -> Signature:
        words = ["-Y", "check-novalidate", "-n", NAMESPACE, "-s", signature]
        if self._ssh.accepts(words, handin.line):
            why = (
                text("the roster has its key, but not for this: it ran out, or is for something else")
                if principals
                else text("the roster does not have its key")
            )
            return _of(armour, "other-key", why, None, principals)
        if not self._ssh.reads_key(self._write("key.pub", _public(armour))):
            why = text("this ssh-keygen cannot read keys of the type {type}", type=armour.key_type)
            return _of(armour, "unknown", why)
        return _of(armour, "invalid", text("it was changed after it was signed"), None, principals)

    def _inability(self) -> Signature | None:
        """Why nothing can be verified here at all; looked at once, before the first verdict."""
        if not self._tried:
            self._tried = True
            namespace, message, known_good = KNOWN_GOOD
            words = ["-Y", "check-novalidate", "-n", namespace, "-s", self._write("known", known_good)]
            if self._ssh.missing or not self._ssh.accepts(words, message):
                why = text("ssh-keygen is missing, or too old to verify signatures (OpenSSH 8.1 is needed)")
                self._unable = Signature(
                    "unknown", reason=why, fix=("sudo apt-get install -y openssh-client",)
                )
        return self._unable

    def _write(self, name: str, content: str | bytes) -> str:
        path = os.path.join(self._folder.name, name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
        return path


def verify(handins: Iterable[HandIn], allowed: AllowedSigners | None = None) -> list[Signature]:
    """What can be said of each signature."""
    with Verifier(allowed) as verifier:
        return [verifier.verify(handin) for handin in handins]


def _of(
    armour: Armour, state: State, why: Text | None, principal: str | None = None, all_: Sequence[str] = ()
) -> Signature:
    return Signature(state, armour.key_type, armour.fingerprint, principal, tuple(all_), why)


def _public(armour: Armour) -> str:
    import base64

    return f"{armour.key_type} {base64.b64encode(armour.key).decode()}\n"
