"""The signature as it stands in the file: OpenSSH's armour, read strictly (PROTOCOL.sshsig in OpenSSH)."""

from __future__ import annotations

import base64
import binascii
import hashlib

from tutor.dataclass import dataclass

BEGIN = b"-----BEGIN SSH SIGNATURE-----"
END = b"-----END SSH SIGNATURE-----"

#: Bytes of the largest armour: one by an RSA key of 16,384 bits has some 6 KiB.
LARGEST = 32 * 1024

#: Characters of the longest line of base64; ssh-keygen itself writes 70.
_WIDTH = 76
_MAGIC = b"SSHSIG"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Armour:
    """A signature; ``text`` is all of it. ``key`` is the public key that it says it was made with."""

    text: bytes
    key: bytes
    namespace: bytes

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint, as ssh-keygen shows it: ``SHA256:...``."""
        return fingerprint(self.key)

    @property
    def key_type(self) -> str:
        """The key's type, as it stands in files of public keys: ``ssh-ed25519``."""
        return _string(self.key)[0].decode("ascii", "replace")


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key, as ssh-keygen shows it: ``SHA256:...``."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def parse(text: bytes) -> Armour | None:
    """The signature; None unless it is spelt just as OpenSSH spells it, to the last bit.

    So that no two files hold the same signature, and no byte of a file is without meaning.
    """
    lines = text.split(b"\n")
    if len(text) > LARGEST or lines[0] != BEGIN or lines[-2:] != [END, b""]:
        return None
    blob = _unwrapped(lines[1:-2])
    try:
        return _signature(text, blob) if blob is not None else None
    except ValueError:
        return None


def _unwrapped(lines: list[bytes]) -> bytes | None:
    """The base64 of lines that are equally long but for the last; None where its spelling is another."""
    widths = [len(line) for line in lines]
    if not lines or len(set(widths[:-1])) > 1 or not 0 < widths[-1] <= widths[0] <= _WIDTH:
        return None
    joined = b"".join(lines)
    try:
        blob = base64.b64decode(joined, validate=True)
    except binascii.Error:
        return None
    return blob if base64.b64encode(blob) == joined else None


def _signature(text: bytes, blob: bytes) -> Armour:
    """The parts of the blob.

    :raises ValueError: where it is not one of version 1, or holds more.
    """
    magic, version, rest = blob[: len(_MAGIC)], blob[len(_MAGIC) :][:4], blob[len(_MAGIC) + 4 :]
    if magic != _MAGIC or int.from_bytes(version, "big") != _VERSION:
        raise ValueError("another kind of signature")
    key, rest = _string(rest)
    _string(key)
    namespace, rest = _string(rest)
    for _ in ("reserved", "hash algorithm", "signature"):
        _, rest = _string(rest)
    if rest:
        raise ValueError("more than a signature")
    return Armour(text, key, namespace)


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A string and what follows it (RFC 4251, section 5).

    :raises ValueError: when it is cut off.
    """
    size = int.from_bytes(data[:4], "big")
    if len(data) < 4 + size:
        raise ValueError("cut off")
    return data[4 : 4 + size], data[4 + size :]
