"""``ssh-keygen``, run by argument list, without a terminal, and never for long."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from shutil import which

from tutor.errors import UsageError
from tutor.host.process import run
from tutor.host.question import Unobservable
from tutor.text import text

#: Seconds for one verification, which takes milliseconds.
LIMIT = 10.0

#: Namespace, message and a signature that is right: whoever refuses it verifies nothing.
KNOWN_GOOD = (
    "handin@libvirt-tutor",
    b"libvirt-tutor",
    b"""-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAghIlAaJ0P5t7wbrF9c2SQob1aHc
ZXAk8DrGO43tnZ6JgAAAAUaGFuZGluQGxpYnZpcnQtdHV0b3IAAAAAAAAABnNoYTUxMgAA
AFMAAAALc3NoLWVkMjU1MTkAAABAiCYPKyiwqXVcFUplcHbrrVd/4yjyxkXCgvsVyVz67K
n3gx0AlM4gO6/hsN+oyMqhhb2M8s/ZFIVrl8hwJ7KICw==
-----END SSH SIGNATURE-----
""",
)


class Ssh:
    """The program, by its name or path."""

    def __init__(self, program: str) -> None:
        self._path = which(program)

    @property
    def path(self) -> str:
        """Where it is.

        :raises UsageError: where it is missing.
        """
        if self._path is None:
            raise UsageError(
                text("ssh-keygen, which signs, is not installed"),
                text("sudo apt-get install -y openssh-client, or hand in unsigned: --unsigned"),
            )
        return self._path

    @property
    def missing(self) -> bool:
        """Whether there is no such program."""
        return self._path is None

    def accepts(self, words: Sequence[str], message: bytes) -> bool:
        """Whether it ends with 0 when it is given the message."""
        with tempfile.TemporaryFile() as file:
            file.write(message)
            file.seek(0)
            try:
                done = run([self._path or "", *words], limit=LIMIT, env=_environment(), stdin=file)
            except (Unobservable, ValueError):  # ValueError: a NUL in a name
                return False
        return done.returncode == 0

    def reads_key(self, path: str) -> bool:
        """Whether it knows keys of the kind that lies at ``path``."""
        return self.accepts(["-l", "-f", path], b"")


def _environment() -> dict[str, str]:
    """Nothing of this session: no agent, no password dialogue, no other language."""
    return {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath), "SSH_ASKPASS_REQUIRE": "never"}
