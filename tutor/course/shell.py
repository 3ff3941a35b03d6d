"""Course variables in shell commands, so quoted that the shell sees each value as it is.

A value may hold spaces, quotes or dollar signs; what must be done about them depends on where
in the command it stands. POSIX Shell Command Language, 2.2 (quoting), 2.6.1 (tilde), 2.7.4 (here-document).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from functools import partial

from tutor.course.variables import Values

_PLAIN, _SINGLE, _DOUBLE, _ARITHMETIC = "", "'", '"', "(("
_BODY, _VERBATIM_BODY = "<<", "<<'"

_REFERENCE = r"(?P<dollar>\$\$(?=\{))|\$\{(?P<name>[^{}]*)\}"
#: What matters in each context, besides references; everything else passes through.
_TOKENS = {
    _PLAIN: re.compile(
        rf"{_REFERENCE}|\\.|(?P<open>\$?\(\(?|['\"])|(?P<close>\))|(?P<comment>(?<![^\s;&|()])#[^\n]*)"
        r"|(?P<here><<(?!<)-?[ \t]*(?P<word>'[^'\n]*'|\"[^\"\n]*\"|[^\s;&|<>()'\"]+))|(?P<newline>\n)",
        re.DOTALL,
    ),
    _ARITHMETIC: re.compile(rf"{_REFERENCE}|(?P<open>\()|(?P<close>\))"),
    _SINGLE: re.compile(rf"{_REFERENCE}|(?P<close>')"),
    _DOUBLE: re.compile(rf'{_REFERENCE}|\\.|(?P<open>\$\(\(?)|(?P<close>")', re.DOTALL),
    _BODY: re.compile(_REFERENCE),
    _VERBATIM_BODY: re.compile(_REFERENCE),
}


def substitute_shell(script: str, values: Values) -> str:
    """``script`` with its ``${variables}`` replaced, each quoted as its place asks.

    A leading ``~/`` stays one that the shell expands, but for single quotes and quoted
    here-documents, where the author has said that nothing is.
    """
    return "".join(_Scanner(script, values).pieces())


class _Scanner:
    """Walks through a script and knows at each place in which quotes it is."""

    def __init__(self, script: str, values: Values) -> None:
        self._script = script
        self._values = values
        self._contexts = [_PLAIN]
        self._here_words: list[str] = []

    def pieces(self) -> Iterator[str]:
        """The script, piece by piece, with values in place of references."""
        position = 0
        while found := _TOKENS[self._contexts[-1]].search(self._script, position):
            yield self._script[position : found.start()]
            yield self._piece(found, self._contexts[-1])
            position = found.end()
            if found.lastgroup == "newline":
                while self._here_words:
                    body, context = self._here_document(position, self._here_words.pop(0))
                    yield _TOKENS[context].sub(partial(self._piece, context=context), body)
                    position += len(body)
        yield self._script[position:]

    def _piece(self, found: re.Match[str], context: str) -> str:
        groups = found.groupdict()
        if groups["dollar"]:
            return "$"
        if groups["name"] is not None:
            value = self._values.get(groups["name"])
            at_start = found.start() == 0 or self._script[found.start() - 1] in " \t\n;&|(<>"
            return found[0] if value is None else _quoted(str(value), context, at_start)
        if groups.get("open"):
            self._open(found[0], context)
        elif groups.get("close") and len(self._contexts) > 1:
            self._contexts.pop()
        elif groups.get("here"):
            self._here_words.append(groups["word"])
        return found[0]

    def _open(self, opening: str, context: str) -> None:
        if opening in (_SINGLE, _DOUBLE):
            self._contexts.append(opening)
        elif opening.endswith("(("):  # which two closing ones end
            self._contexts += [_ARITHMETIC, _ARITHMETIC]
        else:
            self._contexts.append(_ARITHMETIC if context == _ARITHMETIC else _PLAIN)

    def _here_document(self, position: int, word: str) -> tuple[str, str]:
        """The here-document that begins at ``position``, with the line that ends it, and its context."""
        end = re.compile(rf"^\t*{re.escape(word.strip(_SINGLE + _DOUBLE))}$", re.MULTILINE)
        found = end.search(self._script, position)
        body = self._script[position : found.end() if found else len(self._script)]
        return body, _VERBATIM_BODY if word[0] in (_SINGLE, _DOUBLE) else _BODY


def _quoted(value: str, context: str, at_start: bool) -> str:
    home, rest = ("~/", value[2:]) if value.startswith("~/") else ("", value)
    if context in (_PLAIN, _ARITHMETIC):
        # Only at the start of a word is a tilde the home folder.
        return _word(rest, ("~/" if at_start else '"$HOME"/') if home else "")
    if context in (_SINGLE, _VERBATIM_BODY):
        return value.replace("'", "'\\''") if context == _SINGLE else value
    escape = _ESCAPES[context]
    return ("$HOME/" if home else "") + escape(rest)


def _word(rest: str, home: str) -> str:
    return home + (shlex.quote(rest) if rest or not home else "")


def _in_double(value: str) -> str:
    # Nothing escapes the history character inside double quotes, so it steps outside them.
    return re.sub(r'([\\"$`])', r"\\\1", value).replace("!", "\"'!'\"")


def _in_body(value: str) -> str:
    return re.sub(r"([\\$`])", r"\\\1", value)


_ESCAPES: dict[str, Callable[[str], str]] = {_DOUBLE: _in_double, _BODY: _in_body}
