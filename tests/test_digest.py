"""The same digests as those of the standard library."""

from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from tutor import digest


@given(st.binary(max_size=300))
def test_sha256(message: bytes) -> None:
    assert digest.sha256(message).hexdigest() == hashlib.sha256(message).hexdigest()


@given(st.binary(max_size=200), st.binary(max_size=300))
def test_keyed(key: bytes, message: bytes) -> None:
    assert digest.keyed(key, message) == hmac.digest(key, message, "sha256")
