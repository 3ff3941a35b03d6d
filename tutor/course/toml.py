"""TOML with line numbers and collected faults, which the standard library's parser does not give."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tutor.course.findings import Report, nearest
from tutor.text import Text, text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]#]+?)\s*\]")
_KEY = re.compile(r"""\s*["']?([\w/-]+)["']?\s*[.=]""")
_AT_LINE = re.compile(r"\(at line (\d+),.*\)")


class Table:
    """One table of a document: takes values by name and type, and says what does not fit.

    ``path`` is the name in the header (``question.option``), for lines and messages.
    """

    def __init__(self, data: dict[str, Any], path: str, line: int, lines: _Lines, report: Report) -> None:
        self.data = data
        self.path = path
        self.line = line
        self.report = report
        self._lines = lines
        self._taken: set[str] = set()

    def line_of(self, key: str) -> int:
        """Where ``key`` stands, or else the table's own line."""
        return self._lines.key(self.line, key)

    def string(self, key: str, *, default: str | None = None) -> str:
        """A text that is not empty; without a default it must be there."""
        value = self._take(key, str, default, text('Write {key} = "..."', key=key))
        if value == "" and key in self.data:
            self.report.add(self.line_of(key), text("{key} is empty", key=key), text("Write something there"))
        return str(value or default or "")

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of ``choices``."""
        value = self.string(key, default=default)
        if value in choices or not value:
            return value
        self.report.add(
            self.line_of(key),
            text("{key} cannot be {value}", key=key, value=value),
            text("Choose one of: {choices}", choices=", ".join(choices)),
        )
        return choices[0]

    def boolean(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return bool(self._take(key, bool, default, text("Write {key} = true or {key} = false", key=key)))

    def whole(self, key: str, *, default: int) -> int:
        """A whole number, not below nought."""
        value = self._take(key, int, default, text("Write {key} = and a whole number", key=key))
        if int(value or 0) < 0:
            self.report.add(
                self.line_of(key), text("{key} is below nought", key=key), text("Write nought or more")
            )
        return int(value or 0)

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where it is not there."""
        mend = text('Write {key} = ["...", "..."]', key=key)
        value = self._take(key, list, [], mend)
        if all(isinstance(item, str) for item in value):
            return tuple(value)
        self._wrong_type(key, mend)
        return ()

    def table(self, key: str) -> Table:
        """A table by name; empty where it is not there."""
        return self._inner(key, self._take(key, dict, {}, text("Write a table [{key}]", key=key)))

    def tables(self, key: str) -> list[Table]:
        """The tables of a list ``[[key]]``, in their order."""
        mend = text("Write [[{key}]] tables", key=key)
        value = self._take(key, list, [], mend)
        if all(isinstance(item, dict) for item in value):
            return [self._inner(key, item) for item in value]
        self._wrong_type(key, mend)
        return []

    def every_table(self) -> list[tuple[str, Table]]:
        """Every table inside this one, with its name."""
        return [(key, self.table(key)) for key in self.data]

    def take(self, key: str) -> Any:
        """The value as it is; None where it is not there."""
        self._taken.add(key)
        return self.data.get(key)

    def rest(self) -> dict[str, Any]:
        """What has not been taken yet, taken as it is."""
        rest = {key: value for key, value in self.data.items() if key not in self._taken}
        self._taken.update(rest)
        return rest

    def nothing_more(self) -> None:
        """Every key that nobody took is one too many."""
        for key in self.data:
            if key not in self._taken:
                near = nearest(key, self._taken, 1)
                what = text("nothing is called {key} here", key=key)
                mend = text("Write {near}, if that is meant", near=near[0]) if near else text("Take it away")
                self.report.add(self.line_of(key), what, mend)

    def _inner(self, key: str, data: dict[str, Any]) -> Table:
        path = f"{self.path}.{key}".lstrip(".")
        return Table(data, path, self._lines.next_table(path) or self.line_of(key), self._lines, self.report)

    def _take(self, key: str, type_: type, default: Any, mend: Text) -> Any:
        self._taken.add(key)
        if key not in self.data:
            if default is None:
                self.report.add(self.line, text("{key} is missing", key=key), mend)
            return default
        value = self.data[key]
        if isinstance(value, type_) and (type_ is bool or not isinstance(value, bool)):
            return value
        self._wrong_type(key, mend)
        return default

    def _wrong_type(self, key: str, mend: Text) -> None:
        self.report.add(self.line_of(key), text("{key} is of the wrong type", key=key), mend)


def parsed(source: str) -> dict[str, Any]:
    """The document as plain values.

    :raises ValueError: where it is no TOML.
    """
    return tomllib.loads(source)


def read_toml(source: str, report: Report, first_line: int = 1) -> Table | None:
    """The document, whose first line is line ``first_line`` of the file; None when it is no TOML."""
    try:
        data = tomllib.loads(source)
    except ValueError as error:  # TOMLDecodeError is one, and so is a number too long to read
        found = _AT_LINE.search(str(error))
        at_end = source.rstrip("\n").count("\n") if "end of document" in str(error) else 0
        line = first_line + (int(found[1]) - 1 if found else at_end)
        reason = _AT_LINE.sub("", str(error)).strip()
        report.add(line, text("this is no TOML: {reason}", reason=reason), text("Write it as toml.io says"))
        return None
    except RecursionError:
        report.add(first_line, text("this TOML is nested too deeply"), text("Write it flatter"))
        return None
    return Table(data, "", first_line, _Lines(source, first_line), report)


class _Lines:
    """Where tables and keys stand. Text that only looks like them can mislead it: it serves messages."""

    def __init__(self, source: str, first_line: int) -> None:
        self._first = first_line
        self._source = source.split("\n")
        self._headers: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self._source, first_line):
            if header := _HEADER.match(line):
                self._headers[re.sub(r"[\s\"']", "", header[1])].append(number)

    def next_table(self, path: str) -> int | None:
        """Of the tables with this header, the first not asked for yet: they are read in their order."""
        if self._headers[path]:
            return self._headers[path].pop(0)
        # A table without a header of its own begins where the first one inside it does.
        return next(
            (lines[0] for header, lines in self._headers.items() if lines and header.startswith(f"{path}.")),
            None,
        )

    def key(self, table: int, key: str) -> int:
        """The key's line in the table that begins at ``table``, or else that line."""
        for number, line in enumerate(self._source[table - self._first :], table):
            if number > table and _HEADER.match(line):
                break
            if (found := _KEY.match(line)) and found[1] == key:
                return number
        return table
