"""SHA-256 by Python's own module: OpenSSL's, which hashlib prefers, takes 7 ms to load at each start.

What is digested at a start is some hundred kilobytes, where OpenSSL would be half a millisecond faster.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        if sys.version_info >= (3, 12):
            from _sha2 import sha256
        else:
            from _sha256 import sha256
    except ImportError:  # a Python may be built without its own
        from hashlib import sha256

__all__ = ["keyed", "sha256"]

#: Bytes of a block of SHA-256 (FIPS 180-4).
_BLOCK = 64


def keyed(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104); the standard library's loads OpenSSL."""
    key = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()
