"""JSON as VS Code writes and reads its settings: with comments, and commas too many."""

from __future__ import annotations

import json
import re
from typing import Any

#: A string, which stays; or a comment, which goes. What is never closed ends with the text.
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*"?)|//[^\n\r]*|/\*.*?(?:\*/|\Z)', re.DOTALL)

#: A string, which stays; or a comma before a closing bracket, which goes.
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*"?)|,(?=[ \t\r\n]*[}\]])', re.DOTALL)


def relaxed_json(content: str) -> dict[str, Any]:
    """JSON with comments and trailing commas; {} where it is not that."""
    bare = _TRAILING.sub(r"\1", _COMMENT.sub(lambda found: found[1] or " ", content.removeprefix("\ufeff")))
    try:
        parsed = json.loads(bare)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
