"""What ``tutor check --format json`` said, as the prover reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tutor.dataclass import dataclass

_GREEN = ("pass", "skip")


@dataclass(frozen=True)
class Judged:
    """The exit code, and the document."""

    returncode: int
    document: dict[str, Any]

    @property
    def checks(self) -> Iterator[dict[str, Any]]:
        """Every check, in the document's order."""
        return (check for step in self.document["steps"] for check in step["checks"])

    @property
    def step(self) -> dict[str, Any]:
        """The one step that was asked for."""
        (found,) = self.document["steps"]
        return dict(found)

    @property
    def status(self) -> str:
        """The step's status."""
        return str(self.step["status"])

    @property
    def red(self) -> list[dict[str, Any]]:
        """The checks that did not pass."""
        return [check for check in self.checks if check["status"] not in _GREEN]

    @property
    def codes(self) -> dict[str, str | None]:
        """The code of each check that did not pass, by the check's name in its step."""
        return {check["id"].rpartition("/")[2]: check["code"] for check in self.red}

    @property
    def skipped(self) -> dict[str, str | None]:
        """Why each check that was not looked at was not, by the check's name in its step."""
        checks = (check for check in self.checks if check["status"] == "skip")
        return {check["id"].rpartition("/")[2]: check["code"] for check in checks}

    @property
    def fixes(self) -> list[str]:
        """The fixes of the red checks, in printed order, duplicates dropped."""
        return list(dict.fromkeys(command for check in self.red for command in check["fix"]))

    @property
    def notes(self) -> list[str]:
        """The notes, in the checks' order."""
        return [str(check["note"]) for check in self.checks if check["note"]]

    def explain(self) -> str:
        """What did not pass, for a message."""
        return json.dumps(self.red, indent=1, ensure_ascii=False)
