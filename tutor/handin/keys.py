"""Which key a student signs with: the one that is named, else the agent's first, else that of ~/.ssh."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping

from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.folders import home
from tutor.handin.armour import fingerprint
from tutor.host.process import run
from tutor.host.question import Unobservable
from tutor.text import text

#: ssh's own names (ssh(1), -i), the best first.
NAMES = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")

#: Bytes of a public key's file that are read.
_LARGEST = 64 * 1024
#: Seconds that an agent has to answer.
_LIMIT = 5.0


@dataclass(frozen=True, slots=True)
class Key:
    """A key to sign with.

    ``path`` is the file for ``ssh-keygen -f``; None for a key of the agent's, of which there is only
    ``public``. That is the public key as a line, None where its file is missing.
    """

    path: str | None
    public: str | None

    @property
    def fingerprint(self) -> str | None:
        """``SHA256:...``, as ssh-keygen shows it; None where the public key is not known."""
        words = (self.public or "").split()
        try:
            return fingerprint(base64.b64decode(words[1], validate=True))
        except (IndexError, binascii.Error, ValueError):
            return None

    @property
    def type(self) -> str | None:
        """``ssh-ed25519``, ``sk-ssh-ed25519@openssh.com`` ...; None where it is not known."""
        return next(iter((self.public or "").split()), None)


def choose_key(named: str | None, environ: Mapping[str, str]) -> Key:
    """The key.

    :param named: the path of a private key, or of the public half of one that the agent has.
    :raises UsageError: when there is none.
    """
    if named is not None:
        return _named(os.path.expanduser(named))
    found = _of_agent(environ) or _of_home(environ)
    if found is None:
        raise UsageError(
            text("there is no SSH key to sign with"),
            text("Make one: ssh-keygen -t ed25519. Or hand in unsigned: tutor submit --unsigned"),
        )
    return found


def _named(path: str) -> Key:
    if not os.path.isfile(path):
        raise UsageError(text("there is no key {path}", path=path), text("Make one: ssh-keygen -t ed25519"))
    return Key(path, _line(path if path.endswith(".pub") else f"{path}.pub"))


def _of_home(environ: Mapping[str, str]) -> Key | None:
    paths = (os.path.join(home(environ), ".ssh", name) for name in NAMES)
    return next((Key(path, _line(f"{path}.pub")) for path in paths if os.path.isfile(path)), None)


def _of_agent(environ: Mapping[str, str]) -> Key | None:
    if not environ.get("SSH_AUTH_SOCK"):
        return None
    try:
        done = run(["ssh-add", "-L"], limit=_LIMIT, env={**environ, "LC_ALL": "C"})
    except Unobservable:
        return None
    first = done.stdout.partition("\n")[0]
    return Key(None, first) if done.returncode == 0 and first else None


def _line(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST).partition("\n")[0] or None
    except (OSError, ValueError):
        return None
