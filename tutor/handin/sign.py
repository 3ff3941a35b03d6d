"""Signing a payload with the student's own key, as ``ssh-keygen -Y sign`` does it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence

from tutor.errors import UserError
from tutor.handin.armour import parse
from tutor.handin.format import NAMESPACE
from tutor.handin.keys import Key
from tutor.handin.ssh import Ssh
from tutor.text import Text, text

#: Runs ssh-keygen, where it may ask for a passphrase or a touch; its exit code and its complaint.
Run = Callable[[Sequence[str]], "tuple[int, str]"]

_TIP = text("Try another key: --key FILE. Or hand in unsigned: tutor submit --unsigned")


def sign(line: bytes, key: Key, run: Run) -> bytes:
    """The payload's signature, as it stands in the file.

    :raises UserError: when there comes none.
    """
    ssh = Ssh("ssh-keygen")
    with tempfile.TemporaryDirectory(prefix="tutor-sign-") as folder:
        payload = _written(folder, "handin", line)
        path = key.path or _written(folder, "key.pub", f"{key.public}\n".encode())
        code, complaint = run([ssh.path, "-Y", "sign", "-n", NAMESPACE, "-f", path, payload])
        if code != 0:
            raise UserError(_not_made(complaint), _TIP)
        try:
            with open(f"{payload}.sig", "rb") as file:
                signature = file.read()
        except OSError as error:
            raise UserError(_not_made(error.strerror or str(error)), _TIP) from None
        if parse(signature) is None or not _is_right(ssh, line, f"{payload}.sig"):
            raise UserError(_not_made("ssh-keygen -Y check-novalidate"), _TIP)
    return signature


def _is_right(ssh: Ssh, line: bytes, path: str) -> bool:
    """What is not right here would be called changed by the teacher's tool."""
    return ssh.accepts(["-Y", "check-novalidate", "-n", NAMESPACE, "-s", path], line)


def _not_made(why: str) -> Text:
    said = why.strip().rpartition("\n")[2]
    if not said:
        return text("the signature was not made")
    return text("the signature was not made: {error}", error=said[:300])


def _written(folder: str, name: str, content: bytes) -> str:
    path = os.path.join(folder, name)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
    return path
