"""The tool as a user runs it: a process of its own, with a home and an environment of the test's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: Nothing of the developer's environment reaches the tool but what it takes to start.
KEPT = ("PATH", "COVERAGE_PROCESS_START")


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Tool:
    """A command line in the making. Each method gives a new one.

    :param before: Python that the process runs before the tool starts.
    """

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    before: str = ""

    def with_environment(self, **variables: str) -> Tool:
        return replace(self, environment={**self.environment, **variables})

    def without(self, name: str) -> Tool:
        return replace(self, environment={key: each for key, each in self.environment.items() if key != name})

    def with_options(self, *options: str) -> Tool:
        return replace(self, options=(*self.options, *options))

    def run(self, *words: str, code: int = 0) -> Done:
        """Run it, and hold it to the exit code; whatever it does, it shows no traceback."""
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                f"{self.before}\nimport tutor.entry; tutor.entry.main()",
                *self.options,
                *words,
            ],
            env={**{name: os.environ[name] for name in KEPT if name in os.environ}, **self.environment},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        result = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in result.err, result.err
        assert result.code == code, result
        return result


def tool(home: Path, cache: Path) -> Tool:
    """In English, 80 columns, without colour, in a home of its own."""
    environment = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(cache),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "en_US.UTF-8",
        "PYTHONUTF8": "1",
    }
    return Tool(home, environment)
