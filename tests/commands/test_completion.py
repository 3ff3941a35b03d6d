"""What may stand where the cursor is; in real shells, see tests/machine/test_completion.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.tool import Tool


def ask(tool: Tool, *words: str, asking: str = "fish") -> list[str]:
    """The lines that the shell gets; whatever happens, it gets nothing else."""
    typed = "\n".join(["tutor", *tool.options, *words])
    shell = tool.with_environment(_TUTOR_COMPLETE=asking, _TUTOR_WORDS=typed)
    done = Tool(shell.home, shell.environment, (), shell.before).run()
    assert done.err == ""
    return done.lines


def values(tool: Tool, *words: str) -> list[str]:
    return [line.partition("\t")[0] for line in ask(tool, *words)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("che",), ["check"]),
        (("author", ""), ["lint", "new", "preview", "checks", "prove"]),
        (("show", "start/"), ["start/read", "start/extra"]),
        (("check", "ask"), ["ask", "ask/one", "ask/many"]),
        (("check", "start", "ask/o"), ["ask/one"]),
        (("check", "start/read/"), ["start/read/member"]),
        (("check", "ask/one/"), ["ask/one/quiz"]),
        (("answer", "ask/many", "2"), ["2a", "2b", "2c", "2d"]),
        (("answer", "ask/many", "1a", "2"), ["2a", "2b", "2c", "2d"]),
        (("answer", "gone", ""), []),
        (("config", "lang"), ["language"]),
        (("config", "h"), ["host_port"]),
        (("config", "language", ""), ["sv", "en"]),
        (("config", "vm", ""), ["my-vm"]),
        (("check", "--var", "v"), ["vm="]),
        (("check", "--format", "j"), ["json", "junit"]),
        (("list", "--format=", ""), []),
        (("list", "--format=j"), ["--format=json"]),
        (("list", "--lang", ""), ["sv", "en"]),
        (("--la",), ["--lang"]),
        (("check", "--fr"), ["--from"]),
        (("check", "--from", ""), []),
        (("validate", ""), []),
        (("support", "--output", ""), []),
        (("lsit", ""), []),
        (("list", "--no-such", ""), []),
    ],
)
def test_candidates(tutor: Tool, words: tuple[str, ...], found: list[str]) -> None:
    assert values(tutor, *words) == found


def test_bash_makes_a_word_of_the_equals_sign(tutor: Tool) -> None:
    assert ask(tutor, "list", "--format", "=", "j", asking="bash") == ["json"]
    assert ask(tutor, "list", "--format", "=", asking="bash") == ["text", "json"]


def test_explained_in_the_language_of_the_interface(tutor: Tool) -> None:
    assert "start/read\tRead" in ask(tutor, "show", "start")
    swedish = tutor.with_environment(LANG="sv_SE.UTF-8")
    assert "start/read\tLäsa" in ask(swedish, "show", "start")
    assert ask(swedish, "chec")[0].startswith("check\tRätta ")
    assert "ask/one:En fråga" in ask(tutor, "show", "ask/o", asking="zsh")


def test_whatever_is_broken_nothing_is_said(packaged: Tool, course: Path) -> None:
    broken = packaged.with_options("--course", str(course))
    (course / "course.toml").write_text("x")
    assert values(broken, "show", "") == []
    assert values(broken, "chec") == ["check"]
    folder = packaged.home / ".config/libvirt-tutor"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{")
    assert values(packaged, "show", "install/cp") == ["install/cpu"]
    assert ask(packaged, "show", "", asking="no-such-shell") != []
    assert values(packaged.without("HOME"), "chec") == ["check"]


def test_a_reader_who_has_left(packaged: Tool) -> None:
    code = "import tutor.entry; tutor.entry.main()"
    environment = {**packaged.environment, "_TUTOR_COMPLETE": "bash", "_TUTOR_WORDS": "tutor\ncheck\n"}
    for redirection in (">&-", "> /dev/full", "2>&- | true"):
        line = f"\"{sys.executable}\" -c '{code}' {redirection}"
        done = subprocess.run(
            ["bash", "-c", line], env=environment, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
