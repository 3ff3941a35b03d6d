"""The student's configuration: language, identity and course variables.

It is JSON, not TOML: the tool writes it (``tutor config``), and the standard library writes JSON
but no TOML, nor reads TOML before Python 3.11. A TOML writer that keeps comments would be one more
dependency, and one that loses them would be worse than none. And it is read at every start: the
json module is loaded by then, for the journal, while tomllib is 8 ms more.

Values are held to their shape only; whether ``disk_size`` is a size is the course's to say.
"""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from tutor.dataclass import dataclass, field
from tutor.errors import UsageError
from tutor.folders import folders
from tutor.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.folders import StrPath

FILE_NAME = "config.json"
PATIENCE = 5  # seconds, as a program gets
LONGEST_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Identity:
    """Who hands in. Each field may be unknown."""

    name: str | None = None
    email: str | None = None
    student_id: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What the student has configured; None, or an empty mapping, where nothing is.

    ``course_config`` is the path of the file that the instructor has handed out.
    """

    language: str | None = None
    identity: Identity = field(default_factory=Identity)
    variables: Mapping[str, str] = field(default_factory=dict)
    course_config: str | None = None


def config_path(environ: Mapping[str, str]) -> str:
    """Where the configuration of the user that the environment describes is kept.

    :raises NoHomeError: when there is no home to keep it in.
    """
    return os.path.join(folders(environ).config, FILE_NAME)


def load(path: StrPath) -> Config:
    """The configuration; the defaults when there is no file.

    :raises UsageError: when the file cannot be read or is malformed; names the file and the line.
    """
    return config_of(read(path))


def config_of(document: Mapping[str, Any]) -> Config:
    """The configuration that a document of the right shape holds."""
    return Config(
        language=document.get("language"),
        identity=Identity(**document.get("identity", {})),
        course_config=document.get("course-config"),
        variables=document.get("variables", {}),
    )


def read(path: StrPath) -> dict[str, Any]:
    """The document, known to be of the right shape; empty when there is no file.

    :raises UsageError: when the file cannot be read or is malformed; names the file and the line.
    """
    content = _content(path)
    if content is None:
        return {}
    from tutor.config.keys import accepted_tip, problem_with  # most students have no such file

    document = _parse(path, content)
    for parts, value in _leaves(document):
        if problem := problem_with(parts, value):
            line = _line_of(content, parts)
            _refuse(path, line, problem, accepted_tip())
    return document


def _leaves(document: Mapping[str, Any]) -> list[tuple[tuple[str, ...], object]]:
    """Each value with its key; a section that is not an object is a value with a key that is none."""
    leaves: list[tuple[tuple[str, ...], object]] = []
    for key, value in document.items():
        if key in {"identity", "variables"} and isinstance(value, dict):
            leaves += [((key, inner), each) for inner, each in value.items()]
        else:
            leaves.append(((key,), value))
    return leaves


def _content(path: StrPath) -> str | None:
    raw = _bytes(path)
    try:
        return raw.decode("utf-8-sig") if raw is not None else None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        _refuse(path, line, text("This is not UTF-8 text."), _mend_tip(path))


def _bytes(path: StrPath) -> bytes | None:
    """What the file holds, None where there is none; not waited for without end.

    A home folder can lie on a server that is away, and everything else begins here.
    """
    found: list[bytes | Exception | None] = []

    def look() -> None:
        try:
            found.append(_read_bytes(path))
        except (OSError, UsageError) as error:
            found.append(error)

    reader = threading.Thread(target=look, daemon=True)  # one that waits must not keep the tool from ending
    try:
        reader.start()
    except RuntimeError:  # no more threads for this user
        look()
    else:
        reader.join(PATIENCE)
    if not found:
        problem = text(
            "The configuration {path} was not read within {limit} s.", path=str(path), limit=PATIENCE
        )
        raise UsageError(problem, text("What it lies on does not answer, perhaps a server: look at findmnt."))
    if isinstance(found[0], OSError):
        why = reason(found[0])
        problem = text("The configuration {path} cannot be read: {reason}.", path=str(path), reason=why)
        raise UsageError(problem, owner_tip(path)) from found[0]
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def _read_bytes(path: StrPath) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO must not hang us
    except FileNotFoundError:
        return None
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            _refuse(path, None, text("This is not an ordinary file."), _move_tip(path))
        content = file.read(LONGEST_FILE + 1)
    if len(content) > LONGEST_FILE:
        _refuse(path, None, text("This is too large for a configuration."), _move_tip(path))
    return content


def _parse(path: StrPath, content: str) -> dict[str, Any]:
    try:
        document = json.loads(content, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        problem = text("This is not JSON: {reason}.", reason=f"{error.msg} (column {error.colno})")
        _refuse(path, error.lineno, problem, _mend_tip(path))
    except _DuplicateError as error:
        line = _line_of(content, (error.key,), last=True)
        _refuse(path, line, text("{key} is set twice.", key=error.key), _mend_tip(path))
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        _refuse(path, None, text("This is not a configuration."), _mend_tip(path))
    if not isinstance(document, dict):
        _refuse(path, 1, text("This is not a JSON object."), _mend_tip(path))
    return document


class _DuplicateError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _without_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets the last one win in silence; a person who edited the other one would wonder."""
    document: dict[str, Any] = {}
    for key, value in pairs:
        if key in document:
            raise _DuplicateError(key)
        document[key] = value
    return document


def _line_of(content: str, parts: Sequence[str], *, last: bool = False) -> int | None:
    """The line of a key: the parser tells no places, so it is looked for, outermost key first."""
    import re

    position = 0
    for part in parts:
        spelling = "|".join(re.escape(json.dumps(part, ensure_ascii=kind)) for kind in (False, True))
        found = list(re.compile(rf"(?:{spelling})\s*:").finditer(content, position))
        if not found:
            return None
        position = found[-1 if last else 0].start()
    return content.count("\n", 0, position) + 1


def _refuse(path: StrPath, line: int | None, problem: Text, tip: Text) -> NoReturn:
    if line is None:
        raise UsageError(text("{path}: {problem}", path=str(path), problem=problem), tip)
    raise UsageError(text("{path}, line {line}: {problem}", path=str(path), line=line, problem=problem), tip)


def reason(error: Exception) -> str:
    """What the system says, where it is its error."""
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number else str(error)


def owner_tip(path: StrPath) -> Text:
    """What to look at where the file cannot be used."""
    return text("Look at who owns {path}, and whether the disk is full.", path=str(path))


def _mend_tip(path: StrPath) -> Text:
    return text("Correct {path} in an editor, or move it away to start afresh.", path=str(path))


def _move_tip(path: StrPath) -> Text:
    return text("Move {path} away to start afresh.", path=str(path))
