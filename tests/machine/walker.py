"""A student who is walked through the course by ``tutor learn``, in menus on a terminal of a machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import TracebackType

from tests.machine.lesson import course
from tests.terminal import DOWN, ENTER, MARKED, POINTER, Terminal
from tutor.course.records import QuizQuestion, Step
from tutor.language import Language, translator
from tutor.sandbox.machines import Machine
from tutor.text import text

#: Long enough for `apt install`, and for an emulated guest to boot, on a busy host.
PATIENCE = 180
COLUMNS, ROWS = 100, 60
#: For what was printed before a prompt that is up.
_AT_ONCE = 1.0
#: What is said where everything is done but for a new login.
LOGIN = "Only a new login is missing. Log out of the whole session, in again, and run `tutor learn`:"
_LETTERS = "abcdefghijklmnop"
_ENVIRONMENT = {"TERM": "xterm-256color", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


class Walker:
    """One sitting of ``tutor learn``, in a new login of the student.

    Entries and sentences are named by their English, and looked for in the language of the sitting.
    """

    def __init__(self, machine: Machine, language: Language, *words: str, patience: float = PATIENCE) -> None:
        self._machine = machine
        self._translate = translator(language)
        line = " ".join(["exec", "tutor", "learn", *words, "--lang", language])
        self.terminal = Terminal(
            machine.command(line), _ENVIRONMENT, columns=COLUMNS, rows=ROWS, timeout=patience
        )

    def __enter__(self) -> Walker:  # noqa: PYI034 - Self is not in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.__exit__(kind, error, trace)

    def say(self, message: str, /, **values: str | int) -> str:
        """What the tool says for this message, in its language."""
        return text(message, **values).render(self._translate)

    @property
    def step(self) -> Step:
        """The step whose menu is up; waits for one."""
        self.at_prompt()
        question = self._pattern("{step}: what now?", step="([a-z0-9-]+/[a-z0-9-]+)")
        for line in reversed(self.terminal.lines):
            if found := re.search(question, line):
                return next(step for step in course().steps if step.id == found[1])
        raise AssertionError("no menu:\n" + "\n".join(self.terminal.lines))

    def at(self, step_id: str) -> None:
        """The menu of this step is up."""
        assert self.step.id == step_id

    def at_prompt(self) -> None:
        """Wait for a menu or a question; what is longer than the screen is read to its end."""
        more = re.compile(
            self._pattern("Enter: more ({number} of {count}). Ctrl-C: menu.", number=r"\d+", count=r"\d+")
        )
        turned = ""

        def there() -> bool:
            nonlocal turned
            last = next((line for line in reversed(self.terminal.lines) if line), "")
            # Each page has its number: one that is still there has been turned, and Enter would meet a menu.
            if more.search(last) and last != turned:
                turned = last
                self.terminal.type(ENTER)
            return self.terminal.prompting

        self.terminal.until(there, "a prompt")

    def choose(self, message: str, /, **values: str | int) -> None:
        """Choose the entry that says so."""
        self.at_prompt()
        self.terminal.choose(self.say(message, **values))

    def press(self, keys: str) -> None:
        """Press keys that end the prompt that is up."""
        self.at_prompt()
        self.terminal.answer(keys)

    def expect(self, message: str, /, **values: str | int) -> None:
        """Wait until the tool says so; its lines may be broken anywhere."""
        self.terminal.expect(self._broken_anywhere(message, values))

    def answer(self, *, wrong_first: bool = False) -> None:
        """Answer the questions of this step rightly, the first of them wrongly before that."""
        quiz = self.step.quiz
        self.choose("Answer the questions ({count} left)", count=len(quiz))
        for number, question in enumerate(quiz, 1):
            if wrong_first and number == 1:
                self._give(question, number, len(quiz), right=False)
                self.expect("wrong")
                self.choose("Answer it again")
            self._give(question, number, len(quiz), right=True)
            self.expect("right")

    def offers(self, message: str, /, **values: str | int) -> bool:
        """Whether the menu that is up has the entry."""
        self.at_prompt()
        return self._sees(self.say(message, **values))

    def run(self) -> None:
        """Have the commands of this step run, all of them."""
        self.choose("Run these commands for me")
        self.at_prompt()
        every = self.say("Yes, all of it")
        asked_for_several = any(every in line for line in self.terminal.lines)
        self.terminal.choose(every if asked_for_several else self.say("Yes"))

    def do(self, step: Step) -> None:
        """Do what the step asks, whatever that is."""
        if step.quiz:
            self.answer()
        if any(block.kind in ("run", "file") for block in step.blocks):
            self.run()

    def is_done(self, step_id: str) -> None:
        """Wait for what is asked next: before that, the step was said to be done."""
        self.at_prompt()
        self.terminal.expect(self._broken_anywhere("{step} is done.", {"step": step_id}), timeout=_AT_ONCE)

    def go_on(self, step: Step) -> None:
        """Wait until the step is said to be done, and go on."""
        self.is_done(step.id)
        self.press(ENTER)  # the first entry is the way on

    def skip(self, reason: str) -> None:
        """Skip this step."""
        self.choose("Skip it, with a reason")
        self.terminal.wait_for_prompt()
        self.terminal.type(reason)
        self.terminal.answer(ENTER)

    def kill(self) -> None:
        """End the program as the kernel does when memory is out: no code of it runs any more."""
        self._machine.run("pkill -KILL -f '^[^ ]*python[^ ]* [^ ]*tutor lear[n]'", user="root", check=True)
        self.terminal.exit_code()

    def hang_up(self) -> None:
        """Close the terminal's window: its master goes, and the kernel sends SIGHUP."""
        self._machine.run("pkill -KILL -x script", user="root", check=True)
        self.terminal.exit_code()

    def _broken_anywhere(self, message: str, values: Mapping[str, str | int]) -> str:
        """The message as a regular expression, wherever its lines are broken."""
        said = self._pattern(message, **{name: re.escape(str(each)) for name, each in values.items()})
        return r"\s+".join(said.replace(r"\ ", " ").split())

    def _pattern(self, message: str, **values: str) -> str:
        """The message as a regular expression, in which values are expressions already."""
        marks = {name: f"\0{number}\0" for number, name in enumerate(values)}
        pattern = re.escape(self.say(message, **marks))
        for name, mark in marks.items():
            pattern = pattern.replace(re.escape(mark), values[name])
        return pattern

    def _give(self, question: QuizQuestion, number: int, count: int, *, right: bool) -> None:
        """Answer one question: rightly, or as wrongly as can be."""
        said = self.say("Question {number} of {count}:", number=number, count=count)
        self.terminal.until(lambda: self.terminal.prompting and self._sees(said), said)
        wanted = [option.right is right for option in question.options]
        if question.kind == "single":
            self.terminal.choose(f"{_LETTERS[wanted.index(True)]}) ")
            return
        for letter, want in zip(_LETTERS, wanted, strict=False):
            self.terminal.until(partial(self._sees, POINTER, f" {letter}) "), f"the pointer at {letter}")
            if want:
                self.terminal.type(" ")
                self.terminal.until(
                    partial(self._sees, POINTER, MARKED, f" {letter}) "), f"a mark at {letter}"
                )
            if letter != _LETTERS[len(wanted) - 1]:
                self.terminal.type(DOWN)
        self.terminal.answer(ENTER)

    def _sees(self, *pieces: str) -> bool:
        return any(all(piece in line for piece in pieces) for line in self.terminal.lines)
