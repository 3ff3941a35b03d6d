"""Scripts run to their first failure, which is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor.actions.scripts import Ending, run_script


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}


def test_all_of_it_runs_at_home(environ: dict[str, str], tmp_path: Path) -> None:
    assert run_script("pwd > a\necho done > b", environ) == Ending(0)
    assert (tmp_path / "a").read_text() == f"{tmp_path}\n"
    assert (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("script", "ending"),
    [
        ("false\ntouch after", Ending(1, "false")),
        ("ls /nowhere/at-all 2> /dev/null\ntouch after", Ending(2, "ls /nowhere/at-all 2> /dev/null")),
        ("x=$(exit 3)\ntouch after", Ending(3, "x=$(exit 3)")),
        ("true | false\ntouch after", Ending(1, "false")),
        ("for each in 1 2; do (exit 4); done; touch after", Ending(4, "( exit 4 )")),
        ("exit 5; touch after", Ending(5)),
        ("no-such-command 2> /dev/null; touch after", Ending(127, "no-such-command 2> /dev/null")),
        ("kill -TERM $$; touch after", Ending(143)),
    ],
)
def test_the_first_failure_ends_it(
    script: str, ending: Ending, environ: dict[str, str], tmp_path: Path
) -> None:
    found = run_script(script, environ)
    assert found.code == ending.code
    assert found.command == ending.command
    assert not (tmp_path / "after").exists()


@pytest.mark.parametrize(
    "script", ["false || true", "if false; then exit 9; fi", "! true", "false && true", "false | true"]
)
def test_what_is_asked_for_in_a_condition_has_not_failed(
    script: str, environ: dict[str, str], tmp_path: Path
) -> None:
    assert run_script(f"{script}\ntouch after", environ) == Ending(0)
    assert (tmp_path / "after").exists()


def test_nothing_is_left_behind(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    run_script("false", environ)
    assert not list(folder.iterdir())
