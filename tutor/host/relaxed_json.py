"""JSON as VS Code writes and reads its settings: with comments, and commas too many."""

from __future__ import annotations

import json
import re
from typing import Any

#: A string, which stays; or a comment, which goes. What is never closed ends with the text.
_COMMENT = r'(?s)("(?:[^"\\]|\\.)*"?)|//[^\n\r]*|/\*.*?(?:\*/|\Z)'

#: A string, which stays; or a comma before a closing bracket, which goes.
_TRAILING = r'(?s)("(?:[^"\\]|\\.)*"?)|,(?=[ \t\r\n]*[}\]])'


def relaxed_json(content: str) -> dict[str, Any]:
    """JSON with comments and trailing commas; {} where it is not that."""
    bare = re.sub(_COMMENT, lambda found: found[1] or " ", content.removeprefix("\ufeff"))
    bare = re.sub(_TRAILING, r"\1", bare)
    try:
        parsed = json.loads(bare)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
