"""The dialogue of ``tutor learn`` on a pseudo-terminal of this host, with a small course of its own.

Nothing is done to the host: the course's commands write below the test's home.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.tool import KEPT, Tool, tool
from tests.commands.walk_course import write_walk_course
from tests.terminal import CTRL_C, CTRL_D, DOWN, ENTER, ESCAPE, Terminal

Sit = Callable[..., Terminal]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course and its cache, never changed."""
    return write_walk_course(tmp_path_factory.mktemp("walk"))


@pytest.fixture
def walker(tmp_path: Path, folder: Path) -> Tool:
    home = tmp_path / "home"
    home.mkdir()
    with (home / "too-large.xml").open("wb") as file:
        file.truncate(2 << 20)
    return tool(home, folder / "cache").with_options("--course", str(folder))


@pytest.fixture
def sit(walker: Tool) -> Iterator[Sit]:
    """Begin a sitting; all are ended with the test."""
    sittings: list[Terminal] = []

    def begin(*words: str, columns: int = 80, rows: int = 40, **environment: str) -> Terminal:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        env = {**kept, **walker.environment, "TERM": "xterm-256color", **environment}
        argv = [sys.executable, "-m", "tutor", *walker.options, "learn", *words]
        sittings.append(Terminal(argv, env, columns=columns, rows=rows))
        return sittings[-1]

    yield begin
    for each in sittings:
        each.child.close(force=True)


def leave(terminal: Terminal, keys: str = CTRL_C) -> int:
    """Leave from the menu; the exit code."""
    terminal.wait_for_prompt()
    terminal.answer(keys)
    return terminal.exit_code()


def write(terminal: Terminal, words: str) -> None:
    """Answer with a line of text."""
    terminal.wait_for_prompt()
    terminal.type(words)
    terminal.answer(ENTER)


def mark_first_and_last(terminal: Terminal) -> None:
    """Answer a question of three options, several of which may be right, with the first and the last."""
    terminal.wait_for_prompt()
    terminal.type(" " + DOWN + DOWN + " ")
    terminal.until(lambda: sum("●" in line for line in terminal.lines) == 2, "two marks")
    terminal.answer(ENTER)


def child_of(process: int) -> int:
    """The process that it has started (proc_pid_task(5), children)."""
    (found,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(found)


# --- before anything is asked


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", ["needs a terminal", "`tutor show`, `tutor check`,"]), ("sv", ["behöver en terminal", "Utan"])],
)
def test_without_a_terminal_it_says_what_serves_instead(walker: Tool, language: str, says: list[str]) -> None:
    done = walker.run("learn", "--lang", language, code=2)
    assert done.out == ""
    assert all(each in done.err for each in says)
    assert all(f"tutor {verb}" in done.err for verb in ("show", "check", "hint", "answer"))
    assert not list(walker.home.rglob("journal*"))


def test_an_unknown_step_names_those_that_are_near(walker: Tool) -> None:
    assert "Did you mean walk/fil" in walker.run("learn", "walk/fil", code=2).err


def test_a_recording_is_not_offered(walker: Tool) -> None:
    assert "--from" in walker.run("learn", "--from", "x", code=2).err


# --- the walk


def test_from_the_first_step_to_the_end(sit: Sit, walker: Tool) -> None:
    screen = sit()
    screen.choose("Answer the questions (2 left)")
    screen.choose("a) A hypervisor")
    screen.expect("wrong")
    screen.expect("No, it talks to one.")
    screen.choose("Answer it again")
    screen.choose("b) A layer")
    screen.expect("right")
    mark_first_and_last(screen)
    screen.expect("walk/ask is done.")
    screen.choose("Go on: walk/file, A file")
    screen.choose("Run these commands for me")
    screen.choose("Yes, all of it")
    screen.expect("walk/file is done.")
    screen.choose("Go on: walk/builds")
    screen.choose("Run these commands for me")
    screen.choose("Yes")
    screen.expect("walk/builds is done.")
    screen.choose("Go on: walk/never")
    screen.choose("Skip it, with a reason")
    write(screen, "cannot be")
    screen.choose("List of all steps")
    screen.expect("- skipped by you +walk/never")
    screen.choose("walk/slow")
    screen.choose("Go on: walk/unknown")
    screen.choose("Check now")
    screen.expect(r"not\s+your\s+mistake")
    screen.choose("Go on to the end")
    screen.expect("Steps done: 3 of 5")
    screen.expect("walk/never, skipped by you: cannot be")
    screen.expect("walk/unknown, which could not be looked at")
    screen.choose("Take up walk/never")
    screen.expect("walk/never, skipped by you: cannot be")
    screen.wait_for_prompt()
    (walker.home / "never.xml").write_text("<x/>")
    screen.choose("Check now")
    screen.expect("walk/never is done.")
    screen.choose("Go on to the end")
    screen.expect("Steps done: 4 of 5")
    screen.choose("Quit")
    assert screen.exit_code() == 0
    assert "walk  The walk  4 of 5" in walker.run().lines


def test_a_finished_course_ends_by_itself(sit: Sit, walker: Tool, tmp_path: Path) -> None:
    """With what cannot be seen taken out of it."""
    folder = write_walk_course(tmp_path / "course")
    for file in (folder / "sv" / "1-walk.md", folder / "en" / "1-walk.md"):
        text = file.read_text()
        file.write_text(text[: text.rindex("## ")])
    for name in ("b", "c", "never"):
        (walker.home / f"{name}.xml").write_text("<x/>")
    finished = walker.with_options("--course", str(folder))
    finished.run("answer", "walk/ask", "1b", "2ac")
    screen = sit("--course", str(folder), "walk/never")
    screen.choose("Go on: walk/slow")
    screen.choose("Go on to the end")
    screen.expect("Everything that was asked for is in place.")
    assert screen.exit_code() == 0


def test_what_is_done_already_is_read_once_all_the_same(sit: Sit, walker: Tool) -> None:
    (walker.home / "b.xml").write_text("<x/>")
    screen = sit()
    screen.choose("Skip it, with a reason")
    write(screen, "later")
    screen.expect("This step is done.")
    screen.choose("Go on: walk/builds")
    screen.choose("Back to the step before")
    screen.expect("walk/file")
    assert leave(screen) == 130


# --- where it was


@pytest.mark.parametrize(("keys", "code"), [(CTRL_C, 130), (CTRL_D, 0), (ESCAPE, 0)])
def test_it_goes_on_where_it_was(sit: Sit, walker: Tool, keys: str, code: int) -> None:
    screen = sit("walk/never")
    screen.wait_for_prompt()
    screen.answer(keys)
    screen.expect("Your place is kept")
    assert screen.exit_code() == code
    screen = sit()
    screen.expect("Welcome back")
    screen.expect("walk/never: what now?")
    assert leave(screen) == 130
    (walker.home / "never.xml").write_text("<x/>")
    screen = sit()
    screen.expect("walk/never is done.")
    screen.expect("walk/slow: what now?")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_the_place_is_kept(sit: Sit, number: signal.Signals) -> None:
    screen = sit("walk/builds")
    screen.wait_for_prompt()
    screen.child.kill(number)
    assert screen.exit_code() == 128 + number
    screen = sit()
    screen.expect("Welcome back")
    screen.expect("walk/builds: what now?")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("words", [(), ("--plain",)])
def test_the_terminal_is_as_before_when_it_is_ended(
    walker: Tool, number: signal.Signals, words: tuple[str, ...]
) -> None:
    """At a menu, where the terminal is raw and the cursor hidden."""
    line = f"{shlex.join([sys.executable, '-m', 'tutor', *walker.options, 'learn', 'walk/never', *words])}"
    script = f"trap '' HUP; (trap - HUP; exec {line}) ; echo code $?; stty -a; echo end"
    env = {**walker.environment, "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
    with Terminal(["bash", "-c", script], env) as screen:
        screen.expect("Step 4 of 6")
        screen.expect("Quit")
        os.kill(child_of(int(screen.child.pid or 0)), number)
        screen.expect(f"code {128 + number}")
        settings = screen.expect(r"(?s)speed.*end")[0]
    assert re.search(r"(?<!-)icanon", settings)
    assert re.search(r"(?<!-)echo ", settings)
    assert screen.raw.rfind("\x1b[?25l") <= screen.raw.rfind("\x1b[?25h")
    assert screen.raw.rfind("\x1b[?2004h") <= screen.raw.rfind("\x1b[?2004l")


def test_a_journal_that_cannot_be_written_costs_the_memory_only(sit: Sit, walker: Tool) -> None:
    state = walker.home / ".local" / "state"
    state.parent.mkdir(parents=True)
    state.write_text("in the way")
    screen = sit("walk/never")
    screen.expect("your place is not remembered")
    screen.choose("Check now")
    screen.expect("Not there yet")
    assert leave(screen) == 130


# --- one level back


def test_ctrl_c_at_each_prompt_goes_one_level_back(sit: Sit, walker: Tool) -> None:
    screen = sit("walk/file")
    (walker.home / "a.xml").write_text("<mine/>")
    for entries in (
        ["Run these commands for me"],
        ["Run these commands for me", "One at a time"],
        ["Run these commands for me", "One at a time", "Yes"],
        ["Run these commands for me", "One at a time", "Yes", "Yes"],
        ["Skip it, with a reason"],
        ["List of all steps"],
    ):
        for entry in entries:
            screen.choose(entry)
        screen.wait_for_prompt()
        screen.answer(CTRL_C)
        screen.expect("walk/file: what now?")
    assert (walker.home / "a.xml").read_text() == "<mine/>"
    screen.choose("List of all steps")
    screen.choose("walk/ask")
    for entries in (["Answer the questions (2 left)"], ["Answer the questions (2 left)", "a) A hypervisor"]):
        for entry in entries:
            screen.choose(entry)
        screen.wait_for_prompt()
        screen.answer(CTRL_C)
        screen.expect("walk/ask: what now?")
    assert leave(screen) == 130


def test_ctrl_c_stops_a_command_and_not_the_walk(sit: Sit) -> None:
    screen = sit("walk/slow")
    screen.choose("Run these commands for me")
    screen.choose("Yes")
    screen.expect("^begun")
    screen.type(CTRL_C)
    screen.expect("You stopped it.")
    screen.expect("walk/slow: what now?")
    assert leave(screen) == 130


# --- what runs


def test_what_will_run_is_shown_with_what_it_does(sit: Sit) -> None:
    screen = sit("walk/file")
    screen.choose("Run these commands for me")
    screen.expect(r"1 of 3, only looks\n +echo \"\$GREETING\"")
    screen.expect(r"2 of 3, saves the file ~/a.xml\n<domain/>")
    screen.expect(r"3 of 3, changes the machine\n +cp ~/a.xml ~/b.xml")
    screen.expect(r"Left to you: needs a desktop\n +touch ~/by-hand")
    screen.choose("No")
    screen.expect("walk/file: what now?")


def test_it_runs_as_in_a_new_terminal(sit: Sit, walker: Tool) -> None:
    """What the start-up file exports counts, what was only set in the shell behind does not."""
    import pwd

    if Path(pwd.getpwuid(os.getuid()).pw_shell).name != "bash":
        pytest.fail("the user of the tests has another shell than bash")
    (walker.home / ".bashrc").write_text("export GREETING=from-the-file\n")
    screen = sit("walk/file", GREETING="from-this-shell")
    screen.choose("Run these commands for me")
    screen.choose("Yes, all of it")
    screen.expect("^from-the-file")
    screen.expect("walk/file is done.")
    assert not (walker.home / "by-hand").exists()


def test_it_stops_at_the_first_failure(sit: Sit, walker: Tool) -> None:
    screen = sit("walk/never")
    screen.choose("Run these commands for me")
    screen.choose("Yes, all of it")
    screen.expect("^first")
    screen.expect(r"This failed, with the exit code 2:\n +ls ~/never.xml")
    screen.expect("What came after it was not done: 1 of the parts above.")
    screen.expect("Not there yet")
    screen.wait_for_prompt()
    assert not list(walker.home.glob("*ter"))


def test_a_file_that_differs_is_never_lost(sit: Sit, walker: Tool) -> None:
    file = walker.home / "a.xml"
    file.write_text("<mine/>\n")
    screen = sit("walk/file")
    for answer, content in (("No, keep mine", "<mine/>\n"), ("Yes, and keep mine", "<domain/>\n")):
        screen.choose("Run these commands for me")
        screen.choose("Yes, all of it")
        screen.expect(r"-<mine/>\n *\+<domain/>")
        screen.choose(answer)
        screen.expect("walk/file is done.")
        assert file.read_text() == content
    assert (walker.home / "a.xml.~1~").read_text() == "<mine/>\n"
    screen.choose("Run these commands for me")
    screen.choose("Yes, all of it")
    screen.expect("~/a.xml is there already, just as it should be.")


# --- help


def test_hints_are_a_ladder(sit: Sit) -> None:
    screen = sit("walk/file")
    screen.choose("Hint (1 of 3)")
    screen.expect("Look at this first:\n\nLook into your home folder.")
    screen.choose("Hint (2 of 3)")
    screen.expect("What this machine shows:")
    screen.expect("observed: there is no file ~/b.xml")
    screen.expect("The copy is to be called b.xml.")
    screen.choose("Hint (3 of 3)")
    screen.expect("What puts it right:\n\nRun `cp`.")
    screen.choose("What is wrong here?")
    screen.expect("why: ")


def test_a_step_that_builds_on_another_offers_to_go_there(sit: Sit) -> None:
    screen = sit("walk/builds")
    screen.expect("This step builds on what is not done yet: walk/file")
    screen.choose("Go to walk/file first")
    screen.expect("walk/file: what now?")
    screen.choose("Run these commands for me")
    screen.choose("Yes, all of it")
    screen.choose("Back to the step before")
    screen.expect("walk/builds: what now?")
    assert "builds on what" not in screen.plain[screen.plain.rindex("Back to the step before") :]


def test_what_has_turned_red_is_told_at_once_and_once(sit: Sit, walker: Tool) -> None:
    for name in ("b", "c"):
        (walker.home / f"{name}.xml").write_text("<x/>")
    walker.run("check", code=1)
    (walker.home / "b.xml").unlink()
    assert "walk/file was passing; now: copy: there is no file ~/b.xml" in walker.run().lines
    screen = sit("walk/builds")
    screen.expect("walk/file was passing; now: copy: there is no file ~/b.xml")
    screen.wait_for_prompt()
    (walker.home / "c.xml").write_text("<broken")
    screen.choose("List of all steps")
    screen.choose("walk/never")
    screen.choose("Check now")
    screen.expect("walk/builds was passing; now: copy: ")
    screen.choose("Check now")
    screen.expect("Not there yet")
    assert screen.plain.count("was passing") == 2
    assert leave(screen) == 130
    assert "was passing" not in walker.run().out


# --- how it looks


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_fits_and_is_in_one_language(sit: Sit, columns: int, language: str) -> None:
    screen = sit("walk/file", "--lang", language, columns=columns, rows=50)
    screen.wait_for_prompt()
    pointer = next(line for line in screen.lines if "▸ " in line)
    assert len(pointer) <= columns
    assert ("Kontrollera nu" if language == "sv" else "Check now") in pointer
    screen.answer(ENTER)
    screen.wait_for_prompt()
    assert leave(screen) == 130
    english = ("Use arrow keys", "Cancelled", "done (", "Invalid")
    assert not any(each in screen.plain for each in english)
    if language == "sv":
        assert "Din plats är sparad" in " ".join(screen.plain.split())


def test_colour_only_where_it_is_wanted(sit: Sit) -> None:
    colour = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|38;|9[0-7])[;\dm]")
    for words, environment, wanted in (
        ((), {}, True),
        (("--no-color",), {}, False),
        ((), {"NO_COLOR": "1"}, False),
    ):
        screen = sit("walk/file", *words, **environment)
        screen.choose("Check now")
        assert leave(screen) == 130
        assert bool(colour.search(screen.raw)) is wanted


def test_a_long_step_is_read_page_by_page(sit: Sit) -> None:
    screen = sit("walk/file", rows=14)
    screen.expect(r"Enter: more \(1 of \d\)")
    assert not screen.prompting
    screen.type(CTRL_C)
    screen.expect("walk/file: what now?")
    assert leave(screen) == 130


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--plain",), {}),
        ((), {"TERM": "dumb"}),
        ((), {"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    ],
)
def test_numbered_lines_where_nothing_can_be_drawn(
    sit: Sit, words: tuple[str, ...], environment: dict[str, str]
) -> None:
    screen = sit("walk/ask", "--lang", "en", *words, **environment)
    screen.expect("1. Answer the questions")
    screen.expect("Number, or Enter for 1: ")
    screen.type("99\n")
    screen.expect("Choose from 1 to")
    screen.type("1 2\n")
    screen.expect("Choose one number.")
    screen.type("\n")
    screen.expect(r"2\. b\) A layer")
    screen.expect("Enter for 1: ")
    screen.type("2\n")
    screen.expect("Numbers, with spaces between: ")
    screen.type("1, 3\n")
    screen.expect("walk/ask is done.")
    screen.expect("Enter for 1: ")
    screen.type(CTRL_C)
    assert screen.exit_code() == 130
    assert "\x1b[?" not in screen.raw


def test_a_small_terminal_gets_numbered_lines(sit: Sit) -> None:
    screen = sit("walk/ask", columns=39)
    screen.expect("Number, or Enter for 1: ")
    assert all(len(line) <= 39 for line in screen.lines)
    screen.type(CTRL_D)
    assert screen.exit_code() == 0
