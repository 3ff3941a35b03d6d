from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.tool import Tool
from tutor import __version__
from tutor.commands import check
from tutor.commands.overview import overview
from tutor.commands.session import Options, Session
from tutor.errors import UsageError
from tutor.text import text

COMMANDS = ["list", "show", "hint", "check", "answer", "config"]


def test_where_am_i_and_what_is_next(tutor: Tool) -> None:
    done = tutor.run()
    assert "Small course" in done.lines
    assert "start  Begin  0 of 1" in done.lines
    assert "ask  Fråga    0 of 2" in done.lines
    assert "Steps done: 0 of 3" in done.lines
    assert "Points: 0 of 3" in done.lines
    assert done.lines[-3:] == [
        "Next: start/read, Read",
        "    tutor show start/read",
        "    tutor check start/read",
    ]


def test_a_right_answer_counts_at_once(tutor: Tool) -> None:
    tutor.run("answer", "ask/one", "a")
    done = tutor.run()
    assert "ask  Fråga    1 of 2" in done.lines
    assert "Points: 1 of 3" in done.lines


def test_nothing_is_journalled(tutor: Tool) -> None:
    tutor.run()
    assert not list(tutor.home.rglob("journal*"))


def test_in_swedish_and_narrow(tutor: Tool) -> None:
    done = tutor.with_environment(LANG="sv_SE.UTF-8", COLUMNS="40").run()
    assert "Liten kurs" in done.lines
    assert "start  Börja  0 av 1" in done.lines
    assert all(len(line) <= 40 for line in done.lines)


def test_plain_is_sentences(tutor: Tool) -> None:
    done = tutor.run("--plain")
    assert "Lesson ask: 0 of 2. Fråga" in done.lines
    assert "─" not in done.out


def test_a_machine_that_cannot_be_judged(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise UsageError(text("no such machine"))

    monkeypatch.setattr(check, "judge_live", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert overview(Session(Options(lang="en", course=shared / "course"), unattended=True)) == 0
    said = capsys.readouterr().out
    assert "note: no such machine. What follows is from earlier checks.\n" in said
    assert "Steps done: 0 of 3\n" in said


def test_version(packaged: Tool) -> None:
    assert packaged.run("--version").out == f"tutor {__version__}\n"


def test_help_names_every_command_in_the_order_of_use(packaged: Tool) -> None:
    lines = packaged.run("--help").lines
    listed = [line for line in lines[lines.index("Commands:") + 1 :] if line.strip()]
    assert [line.split()[0] for line in listed if line.split()[0] in COMMANDS] == COMMANDS
    assert not any(line.endswith("...") for line in listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(packaged: Tool, command: str) -> None:
    done = packaged.run(command, "-h")
    options = done.lines[done.lines.index("Options:") + 1 :]
    assert "--lang" in done.out
    starts = [number for number, line in enumerate(options) if line.startswith("  -")]
    told = [" ".join(options[start:end]) for start, end in zip(starts, [*starts[1:], None], strict=True)]
    assert all("  " in each.strip() for each in told)


def test_an_option_may_stand_before_the_command_and_the_later_one_wins(tutor: Tool) -> None:
    assert "Frågor" in tutor.run("--lang", "sv", "answer", "ask/one").out
    assert "Questions" in tutor.run("--lang", "sv", "answer", "ask/one", "--lang", "en").out
