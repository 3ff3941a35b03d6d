"""The JSON Schema of a report, made from its records: ``python -m tutor.report.schema`` writes the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from tutor.report.records import SCHEMA, Report

PATH = Path(__file__).parent / "schema" / f"report-{SCHEMA}.json"


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    made = msgspec.json.schema(Report)
    made["$defs"]["Report"]["properties"]["schema"] = {"const": SCHEMA}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "tutor report", **made}


def content() -> str:
    """The file's content."""
    return json.dumps(schema(), indent=2) + "\n"


def main() -> None:
    """Write the file."""
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(content(), encoding="utf-8")


if __name__ == "__main__":
    main()
