"""What is wrong with the variable, and where its line goes."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import checks.shell as shell_checks
from tests.checks.fake_host import judged
from tutor.host import new_shell, start_files
from tutor.host import shell as source
from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.host.question import Unobservable
from tutor.host.shell import shell_variable
from tutor.host.start_files import StartFiles
from tutor.host.users import user

URI = "qemu:///system"
RIGHT = f'export LIBVIRT_DEFAULT_URI="{URI}"'
SEEN = shell_variable(shell_checks.VARIABLE, shell_checks.NEAR)


def a_host(*lines: str, uid: int = 1000, end: dict[str, Any] | None = None, **seen: Any) -> dict[Any, Any]:
    """A shell with these mentions in its start-up file, and nothing set but for ``seen``."""
    mentions = [{"file": "~/.bashrc", "line": number, "text": line} for number, line in enumerate(lines, 1)]
    answer = {"shell": "bash", "value": None, "exported": None, "session": None, "mentions": mentions, **seen}
    return {
        SEEN: {**answer, "end": end} if end else answer,
        user(): {
            "name": "anna",
            "uid": uid,
            "shell": "",
            "groups": [],
            "session_groups": [],
            "sudo_user": None,
        },
    }


@pytest.mark.parametrize(
    ("lines", "seen", "code"),
    [
        ([RIGHT], {"exported": URI}, None),
        ([], {"exported": URI}, None),
        ([], {"exported": "qemu+unix:///system"}, None),
        ([], {}, "not-set"),
        (["alias v='virsh -c qemu:///system'"], {}, "not-set"),
        ([], {"session": URI}, "only-this-shell"),
        ([f"# {RIGHT}"], {"session": URI}, "commented-out"),
        ([f"  #{RIGHT}"], {}, "commented-out"),
        ([RIGHT.replace("LIBVIRT", "LIBVRIT")], {}, "misspelt"),
        ([RIGHT.lower()], {}, "misspelt"),
        ([f"export LIBVIRT_DEFAULT_URI = {URI}"], {}, "spaces"),
        ([f"LIBVIRT_DEFAULT_URI= {URI}"], {}, "spaces"),
        ([RIGHT[7:]], {"value": URI}, "not-exported"),
        ([RIGHT.replace("system", "session")], {"exported": "qemu:///session"}, "wrong-value"),
        ([], {"exported": ""}, "wrong-value"),
        ([], {"exported": f"{URI} "}, "wrong-value"),
        ([RIGHT, "export LIBVIRT_DEFAULT_URI=x"], {"exported": "x"}, "overridden"),
        ([RIGHT, "unset LIBVIRT_DEFAULT_URI"], {}, "overridden"),
        (["unset LIBVIRT_DEFAULT_URI", RIGHT], {}, "not-reached"),
        ([RIGHT], {}, "not-reached"),
        (
            [f"set -gx LIBVIRT_DEFAULT_URI {URI}", "set -e LIBVIRT_DEFAULT_URI"],
            {"shell": "fish"},
            "overridden",
        ),
        ([f"set -gx LIBVIRT_DEFAULT_URL {URI}"], {"shell": "fish"}, "misspelt"),
    ],
)
def test_each_cause(lines: list[str], seen: dict[str, Any], code: str | None) -> None:
    finding = judged("default-uri", a_host(*lines, **seen), uri=URI)
    assert finding.code == code
    assert bool(finding.fix) == (code is not None)


def test_roots_shell_is_not_the_students() -> None:
    finding = judged("default-uri", a_host(exported=URI, uid=0), uri=URI)
    assert (finding.code, finding.fix) == ("run-as-root", ())


@pytest.mark.parametrize(
    ("shell", "file"),
    [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/config.fish"), ("dash", ".profile")],
)
def test_the_line_goes_last_into_the_shells_own_file(shell: str, file: str) -> None:
    fix = judged("default-uri", a_host(shell=shell), uri=URI).fix
    assert fix[-1].endswith(f" >> ~/{file}")
    assert ("set -gx" in fix[-1]) == (shell == "fish")


def test_the_line_goes_before_the_end_where_there_is_one() -> None:
    end = {"file": "/home/anna/.bashrc", "line": 12, "text": "exec zsh"}
    (fix,) = judged("default-uri", a_host(end=end), uri=URI).fix
    assert fix == f"sed -i --follow-symlinks '12i {RIGHT}' ~/.bashrc"


WORDS = st.sampled_from(
    [
        *(
            "LIBVIRT_DEFAULT_URI",
            "libvirt",
            "LIBVIRT_URI",
            "export",
            "set",
            "-gx",
            "=",
            " ",
            "#",
            "qemu:///system",
        ),
        *("unset", "'", '"', "\\", "\x00", "å", "$(", "{name}", "é\n"),
    ]
)
LINES = st.lists(st.lists(WORDS, max_size=8).map("".join) | st.text(max_size=80), max_size=6)


@given(LINES, st.none() | st.just(URI) | st.text(), st.none() | st.text())
def test_whatever_the_files_say_there_is_an_answer(
    lines: list[str], exported: str | None, value: str | None
) -> None:
    finding = judged("default-uri", a_host(*lines, exported=exported, value=value), uri=URI)
    assert (finding.code is None) == (exported in (URI, "qemu+unix:///system"))
    assert bool(finding.fix) == (finding.code is not None)
    assert finding.observed is not None
    finding.observed.render(str)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(new_shell, "ENVIRONMENT", str(tmp_path / "environment"))
    return tmp_path


def look(home: Path, stdout: str = "", **environ: str) -> tuple[Any, dict[str, str]]:
    """What the source says of a shell that prints ``stdout``, and the environment that it was given."""
    given: dict[str, str] = {}

    def run(argv: list[str], *, env: dict[str, str], **_limits: Any) -> Completed:
        given.update(env)
        mark = next((word for word in argv[-1].split() if len(word) == 16 and word.isalnum()), "")
        return Completed(0, stdout.replace("MARK", mark), "")

    machine = Machine(environ={"HOME": str(home), **environ}, run_program=run)
    return source.look_at_variable(machine, shell_checks.VARIABLE, shell_checks.NEAR), given


ANSWER = "noise\0\0MARK\0value\0A=1\0LIBVIRT_DEFAULT_URI=qemu:///system\0"


def test_only_what_follows_the_mark_counts(home: Path) -> None:
    seen, _ = look(home, f"LIBVIRT_DEFAULT_URI=wrong\0{ANSWER}")
    assert (seen["value"], seen["exported"]) == ("value", URI)


def test_a_shell_that_says_nothing_is_unobservable(home: Path) -> None:
    with pytest.raises(Unobservable, match="failed"):
        look(home, "noise")


def test_a_shell_that_calls_tutor_does_not_begin_another(home: Path) -> None:
    _, given = look(home, ANSWER)
    with pytest.raises(Unobservable, match="recursive"):
        look(home, ANSWER, **{name: value for name, value in given.items() if name == new_shell.GUARD})


def test_nothing_of_this_session_reaches_the_new_shell(home: Path) -> None:
    seen, given = look(
        home, ANSWER, LIBVIRT_DEFAULT_URI="session's", OTHER="x", XDG_RUNTIME_DIR="/run/user/1"
    )
    assert seen["session"] == "session's"
    assert "OTHER" not in given
    assert "LIBVIRT_DEFAULT_URI" not in given
    assert given["XDG_RUNTIME_DIR"] == "/run/user/1"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("LIBVIRT_DEFAULT_URI=qemu:///system", URI),
        ("export LIBVIRT_DEFAULT_URI='qemu:///system' # the system mode", URI),
        ('  LIBVIRT_DEFAULT_URI="qemu:///system"', URI),
        ("#LIBVIRT_DEFAULT_URI=qemu:///system", None),
        ("LIBVIRT_DEFAULT_URI", None),
    ],
)
def test_the_environment_of_every_login(home: Path, line: str, value: str | None) -> None:
    (home / "environment").write_text(f"{line}\n")
    _, given = look(home, ANSWER)
    assert given.get("LIBVIRT_DEFAULT_URI") == value


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", None),
        ("case $- in\n    *i*) ;;\n      *) return;;\nesac\n", None),
        ("f() {\n  return 1\n}\n# exit\nexec 2> log\n", None),
        ("true\nexec zsh\n", 2),
        ("if [ -t 1 ]; then\n  exec fish\nfi\n", 2),
        ("[ -t 1 ] && exec fish\n", 1),
        ("a\nb\nreturn\n", 3),
        ("exit 0\n", 1),
        ("returned=1\n", None),
    ],
)
def test_where_a_start_up_file_ends(home: Path, content: str, line: int | None) -> None:
    (home / ".bashrc").write_text(content)
    end = start_files.end(StartFiles("bash", str(home)))
    assert (end and end["line"]) == line


def test_mentions_keep_their_place(home: Path) -> None:
    (home / ".bashrc").write_text(f"x\n  {RIGHT}\n" + "y" * 300 + "libvirt\n")
    found = list(start_files.mentions(StartFiles("bash", str(home)), shell_checks.NEAR))
    assert [(one["line"], len(one["text"])) for one in found] == [(2, len(RIGHT) + 2), (3, 200)]
    # A folder in a file's place, and a shell nobody knows, have no lines.
    (home / ".zshrc").mkdir()
    for kind in ("zsh", "xonsh"):
        assert list(start_files.mentions(StartFiles(kind, str(home)), "x")) == []


def test_another_folder_of_zsh(home: Path) -> None:
    """Its files are there, but for the one that says so; the fix makes the folder where it has to."""
    folder = home / "it's zsh"
    folder.mkdir()
    (home / ".zshenv").write_text(f"ZDOTDIR='{folder}'  # libvirt\n")
    (home / ".zshrc").write_text("# libvirt: never read\n")
    (folder / ".zshrc").write_text(f"#{RIGHT}\nexec tmux\n")
    files = start_files.start_files("zsh", str(home), f"{folder}/")
    assert [one["file"] for one in start_files.mentions(files, shell_checks.NEAR)] == [
        str(home / ".zshenv"),
        str(folder / ".zshrc"),
    ]
    assert start_files.is_replaced(files)
    end = start_files.end(files)
    assert end is not None
    assert (end["file"], end["line"]) == (str(folder / ".zshrc"), 2)
    fix = judged("default-uri", a_host(shell=files.kind, folder=str(folder)), uri=URI).fix
    assert fix[0] == f"mkdir -p {quote(str(folder))}"
    assert fix[1].endswith(f" >> {quote(str(folder / '.zshrc'))}")


def test_every_file_of_fishs_folder_is_read(home: Path) -> None:
    fish = home / "xdg" / "fish"
    (fish / "conf.d").mkdir(parents=True)
    for name in ("conf.d/b.fish", "conf.d/a.fish", "conf.d/c.txt", "config.fish"):
        (fish / name).write_text(f"set -gx LIBVIRT_DEFAULT_URI {URI}\n")
    files = start_files.start_files("fish", str(home), str(home / "xdg"))
    read = [os.path.relpath(one["file"], fish) for one in start_files.mentions(files, "libv")]
    assert read == ["conf.d/a.fish", "conf.d/b.fish", "config.fish"]
    fix = judged("default-uri", a_host(shell=files.kind, folder=str(home / "xdg")), uri=URI).fix
    assert fix[0] == f"mkdir -p {fish}"
    assert fix[1].endswith(f" >> {fish}/config.fish")


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("zsh", ""),
        ("zsh", "HOME"),
        ("zsh", "HOME/"),
        ("zsh", "rel/ative"),
        ("fish", "HOME/.config"),
        ("bash", ""),
    ],
)
def test_the_usual_folder_is_no_other_one(home: Path, kind: str, named: str) -> None:
    files = start_files.start_files(kind, str(home), named.replace("HOME", str(home)))
    assert files == StartFiles(kind, str(home))
    assert start_files.terminal_file(kind, files.folder).startswith("~/")


#: What a zsh prints that takes its files from /xdg or from home, and finds the variable there or not.
def zsh(folder: str, exported: str | None) -> str:
    listing = f"LIBVIRT_DEFAULT_URI={exported}\0" if exported else ""
    return f"noise\0MARK<{folder}\0more noise\0MARK\0\0A=1\0{listing}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # (what a new login finds, what one with the session's folder finds, whether the desktop gives it)
        ((zsh("/other", URI), "never asked", False), (URI, "/other")),
        ((zsh("", None), zsh("/other", URI), False), "session-differs"),
        ((zsh("", None), zsh("/other", URI), True), (URI, "/other")),
        ((zsh("", URI), zsh("/other", None), False), (URI, None)),
        ((zsh("", URI), zsh("/other", None), True), (None, "/other")),
        ((zsh("", None), zsh("/other", None), False), (None, None)),
    ],
)
def test_a_folder_that_only_this_session_names(
    home: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, str, bool], expected: Any
) -> None:
    """ZDOTDIR of environment.d(5) reaches every terminal of a desktop; one that was typed reaches none."""
    login, here, desktop = given
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: pwd.struct_passwd(("a", "", 1, 1, "", "", "/bin/zsh")))

    def run(argv: list[str], *, env: dict[str, str] | None = None, **_limits: Any) -> Completed:
        if argv[0] == "systemctl":
            return Completed(0, "HOME=/x\nZDOTDIR=/other\n" if desktop else "HOME=/x\n", "")
        mark = next(word for word in argv[-1].split() if len(word) == 16 and word.isalnum())
        said = here if env is not None and env.get("ZDOTDIR") else login
        return Completed(0, said.replace("MARK", mark), "")

    machine = Machine(environ={"HOME": str(home), "ZDOTDIR": "/other"}, run_program=run)
    if isinstance(expected, str):
        with pytest.raises(Unobservable, match=expected):
            source.look_at_variable(machine, shell_checks.VARIABLE, shell_checks.NEAR)
    else:
        seen = source.look_at_variable(machine, shell_checks.VARIABLE, shell_checks.NEAR)
        assert (seen["exported"], seen["folder"]) == expected
