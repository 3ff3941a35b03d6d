"""The simple commands of a shell script, as far as it can be read with certainty.

POSIX Shell Command Language, 2.2 (quoting), 2.3 (tokens), 2.6 (expansions), 2.7 (redirection), 2.9
(commands), and bash's process substitution. What is read is not what a shell makes of it: words
are not expanded, and whatever is beyond this reader raises :class:`Unclear`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.dataclass import dataclass, field

#: Words that only structure a script: what follows is a command again.
_STRUCTURE = frozenset({"if", "then", "elif", "else", "fi", "do", "done", "while", "until", "!", "{", "}"})
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_OPERATOR = re.compile(r"&&|\|\||;;|\|&|[;&|()\n]")
_REDIRECTION = re.compile(r"[0-9]*(&>>|&>|>>|>\||>&|<&|<<<|<<-|<<|<>|>|<)")
_SPACE = re.compile(r"(?:[ \t]|\\\n)+")
_BLANK = re.compile(r"(?:[ \t\n]|\\\n)+")
_OPENING = re.compile(r"\([ \t]*")
_COMMENT = re.compile(r"#[^\n]*")
_NAME = re.compile(r"[A-Za-z0-9_@*#?$!-]")
_NOWHERE = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr"})


class Unclear(Exception):
    """The script is beyond this reader: nothing is claimed of it."""


@dataclass(slots=True)
class Simple:
    """One simple command: its words without quotes, and whether its output goes into a file."""

    words: list[str] = field(default_factory=list)
    writes: bool = False


def simple_commands(script: str) -> list[Simple]:
    """All simple commands of the script, those in substitutions included.

    :raises Unclear: when it holds something that this reader does not know.
    """
    return list(_Reader(script).commands())


class _Reader:
    """Walks through a script once."""

    def __init__(self, script: str) -> None:
        self._script = script
        self._place = 0
        self._inner: list[Simple] = []
        self._bodies: list[tuple[str, bool]] = []
        self._cases = 0

    def commands(self) -> Iterator[Simple]:
        command = Simple()
        while self._place < len(self._script):
            if self._take(_SPACE) or self._take(_COMMENT):
                continue
            if found := self._substitution_of_process() or self._redirection():
                command.writes = command.writes or found == "writes"
            elif operator := self._take(_OPERATOR):
                if operator == "(" and command.words:
                    raise Unclear  # a function's definition, or an array
                yield from self._ended(command)
                command = Simple()
                if operator == "\n":
                    self._skip_bodies()
                elif operator == ";;":
                    self._skip_patterns()
            else:
                word, quoted = self._word()
                self._add(command, word, quoted=quoted)
        if self._bodies or self._cases:
            raise Unclear
        yield from self._ended(command)

    def _ended(self, command: Simple) -> Iterator[Simple]:
        if command.words or command.writes:
            yield command
        yield from self._inner
        self._inner = []

    def _add(self, command: Simple, word: str, *, quoted: bool) -> None:
        """Add a word to its command, unless it is structure or an assignment before the command."""
        if command.words or quoted:
            command.words.append(word)
        elif word in ("function", "select", "coproc", "[["):
            raise Unclear
        elif word == "for":
            self._skip_for()
        elif word == "case":
            self._skip_case()
        elif word == "esac":
            self._close_case()
        elif word not in _STRUCTURE and not _ASSIGNMENT.match(word):
            command.words.append(word)

    def _skip_for(self) -> None:
        """The head of a loop runs nothing, but for what is substituted into it."""
        head = Simple()
        while self._place < len(self._script) and self._script[self._place] not in ";\n":
            if not self._take(_SPACE):
                head.words.append(self._word()[0])

    def _skip_case(self) -> None:
        """What is compared; it runs nothing either, but for what is substituted into it."""
        self._take(_SPACE)
        self._word()
        self._take(_BLANK)
        if self._word() != ("in", False):
            raise Unclear
        self._cases += 1
        self._skip_patterns()

    def _skip_patterns(self) -> None:
        """What stands before the closing parenthesis of a clause; or the end of all clauses."""
        if not self._cases:
            raise Unclear
        self._take(_BLANK)
        opened = self._take(_OPENING)
        while True:
            pattern = self._word()
            self._take(_SPACE)
            if pattern == ("esac", False) and not opened:
                return self._close_case()
            found = self._take(_OPERATOR)
            if found == ")":
                return None
            if found != "|":
                raise Unclear
            self._take(_SPACE)

    def _close_case(self) -> None:
        if not self._cases:
            raise Unclear
        self._cases -= 1

    def _word(self) -> tuple[str, bool]:
        """The next word without its quotes, and whether it had any."""
        pieces: list[str] = []
        start, quoted = self._place, False
        while self._place < len(self._script):
            char = self._script[self._place]
            if char in " \t\n;&|()<>":
                break
            quoted = quoted or char in "'\"\\"
            pieces.append(self._piece(char))
        if self._place == start:
            raise Unclear
        return "".join(pieces), quoted

    def _piece(self, char: str) -> str:
        self._place += 1
        if char == "'":
            return self._until("'")
        if char == '"':
            return self._double()
        if char == "\\":
            self._place += 1
            return self._script[self._place - 1 : self._place].replace("\n", "")
        if char == "`":
            self._inner += simple_commands(self._until("`"))
            return "`"
        return self._dollar() if char == "$" else char

    def _double(self) -> str:
        pieces: list[str] = []
        while self._place < len(self._script):
            char = self._script[self._place]
            if char == '"':
                self._place += 1
                return "".join(pieces)
            # A single quote is an ordinary character here.
            if char == "'":
                self._place += 1
            pieces.append(char if char == "'" else self._piece(char))
        raise Unclear

    def _dollar(self) -> str:
        if self._script.startswith("((", self._place):
            end = self._script.find("))", self._place)
            if end < 0 or "$(" in self._script[self._place : end] or "`" in self._script[self._place : end]:
                raise Unclear
            self._place = end + 2
            return "$"
        if self._script.startswith("(", self._place):
            self._place += 1
            self._inner += simple_commands(self._parenthesis())
            return "$"
        if self._script.startswith("{", self._place):
            self._place += 1
            inside = self._until("}")
            if "$(" in inside or "`" in inside or "{" in inside:
                raise Unclear
            return f"${{{inside}}}"
        if self._script.startswith("'", self._place):
            raise Unclear  # ANSI-C quoting
        return "$"

    def _substitution_of_process(self) -> str | None:
        if self._script[self._place : self._place + 2] not in ("<(", ">("):
            return None
        self._place += 2
        self._inner += simple_commands(self._parenthesis())
        return "reads"

    def _redirection(self) -> str | None:
        found = _REDIRECTION.match(self._script, self._place)
        if found is None:
            return None
        self._place = found.end()
        operator = found[1]
        self._take(_SPACE)
        target, quoted = self._word()
        if operator in ("<<", "<<-"):
            self._bodies.append((target, quoted))
            return "reads"
        to_descriptor = operator == ">&" and (target.isdigit() or target == "-")
        to_a_file = ">" in operator and target not in _NOWHERE and not to_descriptor
        return "writes" if to_a_file else "reads"

    def _skip_bodies(self) -> None:
        """Pass over here-documents; one that a shell would expand must have nothing to run in it."""
        for word, quoted in self._bodies:
            end = re.compile(rf"^\t*{re.escape(word)}$", re.MULTILINE).search(self._script, self._place)
            if end is None:
                raise Unclear
            body = self._script[self._place : end.start()]
            if not quoted and ("$(" in body or "`" in body):
                raise Unclear
            self._place = end.end()
        self._bodies = []

    def _parenthesis(self) -> str:
        """What stands before the closing parenthesis, in whose quotes and pairs others may stand."""
        start, depth = self._place, 1
        while self._place < len(self._script):
            char = self._script[self._place]
            depth += (char == "(") - (char == ")")
            if not depth:
                self._place += 1
                return self._script[start : self._place - 1]
            if char in "'\"\\":
                kept, self._inner = self._inner, []
                self._piece(char)
                self._inner = kept  # they come again when the inside is read
            else:
                self._place += 1
        raise Unclear

    def _until(self, closing: str) -> str:
        end = self._script.find(closing, self._place)
        if end < 0:
            raise Unclear
        inside, self._place = self._script[self._place : end], end + 1
        return inside

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._script, self._place)
        if found is None:
            return ""
        self._place = found.end()
        return found[0]
