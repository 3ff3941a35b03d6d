"""The firewall's rules: every one of them, for that is what a packet meets; but not how much has passed."""

from __future__ import annotations

import re
from typing import Any

from tutor.handin.reduce.context import Context, reducer

#: How nft(8) and iptables-save(8) print what has been counted.
_COUNTED = re.compile(r"\bpackets \d+ bytes \d+")
_SAVED = re.compile(r"(?m)^(:.*|)\[\d+:\d+\]")
#: Lines that say when it was printed, and so tell apart what is the same.
_COMMENT = re.compile(r"(?m)^#.*\n?")


@reducer("firewall")
def firewall(value: Any, _args: tuple[str, ...], _context: Context) -> Any:
    """All forms of the ruleset, with nothing counted: traffic is the student's own."""
    return {
        **value,
        "json": _uncounted(value["json"]),
        "text": _COUNTED.sub("packets 0 bytes 0", value["text"]),
        "saved": _SAVED.sub(r"\1[0:0]", _COMMENT.sub("", value["saved"])),
    }


def _uncounted(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {name: _uncounted(item) for name, item in value.items()}
        counts = isinstance(inner.get("packets"), int) and isinstance(inner.get("bytes"), int)
        return {**inner, "packets": 0, "bytes": 0} if counts else inner
    return [_uncounted(item) for item in value] if isinstance(value, list) else value
