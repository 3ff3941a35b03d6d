"""``python -m tests.handin.schema``: write the JSON Schema anew, from the reader's own records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

import tutor.handin.format as handin

SCHEMA = Path(handin.__file__).parent / "schema" / f"handin-{handin.SCHEMA}.json"


def schema() -> dict[str, Any]:
    """The definition of a payload."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A hand-in of libvirt-tutor, schema {handin.SCHEMA}: its first line (docs/handin.md)",
        **msgspec.json.schema(handin.Payload),
    }


def spelt() -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(spelt())
