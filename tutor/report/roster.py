"""The roster: who is in the class, from whatever CSV the teacher has, a platform's export included."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from tutor.dataclass import dataclass, field
from tutor.errors import UsageError
from tutor.report.records import Person
from tutor.text import Text, text

LARGEST = 16 * 1024 * 1024

#: By field of a person: what a column is called, without case, and with spaces for all that is no letter.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": (
        *(
            "student id",
            "studentid",
            "student number",
            "studentnumber",
            "id number",
            "idnumber",
            "id",
            "number",
        ),
        *("studentnummer", "student nr", "matriculation number", "anonymous id"),
    ),
    "email": (
        "email",
        "e mail",
        "email address",
        "e mail address",
        "mail",
        "e post",
        "epost",
        "e postadress",
    ),
    "name": ("name", "full name", "fullname", "student", "student name", "namn", "fullständigt namn"),
    "first": ("first name", "firstname", "given name", "förnamn", "first"),
    "last": ("last name", "lastname", "surname", "family name", "efternamn", "last"),
    "username": ("username", "user name", "login", "login id", "user", "användarnamn", "github username"),
    "section": ("section", "sections", "group", "class", "grupp", "klass", "sektion"),
    "sis_id": ("sis user id", "sis id"),
    "sis_login": ("sis login id",),
    "account": ("identifier", "identifierare"),
}
_CANVAS = ("student", "id", "section")
#: Rows of a Canvas export that are nobody.
_NOBODY = ("points possible", "student, test", "test student", "student test")
_DELIMITERS = (",", ";", "\t")

_TIP: Text = text("A roster is a CSV file with a header and a column id or email; see docs/report.md.")


@dataclass(frozen=True, slots=True)
class Match:
    """Who a hand-in is of: a person, or why it is not said; ``by`` is ``id``, ``email`` or ``signer``."""

    person: Person | None = None
    by: str = ""
    conflict: Text | None = None


@dataclass(slots=True)
class Roster:
    """The persons, in the order of the file, and by what they are found; ``faults`` are about its rows."""

    people: list[Person] = field(default_factory=list)
    faults: list[Text] = field(default_factory=list)
    _by_id: dict[str, Person] = field(default_factory=dict)
    _by_mail: dict[str, Person] = field(default_factory=dict)
    _by_account: dict[tuple[str, str], Person] = field(default_factory=dict)

    def add(self, person: Person) -> None:
        """Take in a person; of two with the same id or mail, that finds the first."""
        self.people.append(person)
        for name in (person.id, person.username, person.sis_id, person.sis_login):
            self._index(self._by_id, normal_id(name), person)
        for mail in (person.email, person.username, person.sis_login):
            if "@" in mail:
                self._index(self._by_mail, normal_mail(mail), person)
        if person.canvas_id:
            self._by_account.setdefault(("canvas", person.canvas_id), person)
        if person.account:
            self._by_account.setdefault(("moodle", person.account), person)

    def match(self, id_: str | None, mail: str | None, signer: str | None = None) -> Match:
        """The person with this id or mail; else the one whom the roster's key belongs to."""
        by_id = self._by_id.get(normal_id(id_ or ""))
        by_mail = self._by_mail.get(normal_mail(mail or ""))
        if by_id is not None and by_mail is not None and by_id is not by_mail:
            conflict = text(
                "its id is that of {first} on the roster, its mail that of {second}",
                first=by_id.name or by_id.id,
                second=by_mail.name or by_mail.email,
            )
            return Match(conflict=conflict)
        for person, by in ((by_id, "id"), (by_mail, "email"), (self.signer(signer), "signer")):
            if person is not None:
                return Match(person, by)
        return Match()

    def signer(self, principal: str | None) -> Person | None:
        """The person whom a name in the file of allowed signers means."""
        if not principal:
            return None
        return self._by_mail.get(normal_mail(principal)) or self._by_id.get(normal_id(principal))

    def account(self, platform: str | None, account: str | None) -> Person | None:
        """The person who has this account at the learning platform."""
        return self._by_account.get((platform or "", account or ""))

    def _index(self, index: dict[str, Person], name: str, person: Person) -> None:
        if not name:
            return
        other = index.setdefault(name, person)
        if other is not person:
            self.faults.append(
                text(
                    "rows {first} and {second} both have {name}",
                    first=other.row,
                    second=person.row,
                    name=name,
                )
            )


def normal_id(value: str) -> str:
    """An id as it is compared: without spaces, in one case."""
    return "".join(value.split()).casefold()


def normal_mail(value: str) -> str:
    """A mail address as it is compared: RFC 5321 lets case count before the @, and nobody does."""
    return value.strip().casefold()


def read_roster(path: str | os.PathLike[str]) -> Roster:
    """The roster in a CSV file.

    :raises UsageError: when it cannot be read, or has neither a column of ids nor of mail addresses.
    """
    return roster(_decoded(_content(str(path))), str(path))


def roster(content: str, path: str) -> Roster:
    """See :func:`read_roster`."""
    try:
        rows = _rows(content)
    except csv.Error as error:
        raise UsageError(text("{path} is no CSV file: {error}", path=path, error=str(error)), _TIP) from None
    columns = _columns(rows[0]) if rows else {}
    if not columns.keys() & {"id", "email", "username", "sis_id", "sis_login", "canvas_id", "account"}:
        shown = ", ".join(rows[0][:10]) if rows else ""
        raise UsageError(
            text("{path} has no column id or email; its columns are: {columns}", path=path, columns=shown),
            _TIP,
        )
    found = Roster()
    for number, row in enumerate(rows[1:], 2):
        person = _person(number, row, columns)
        if person is not None:
            found.add(person)
    return found


def _content(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageError(text("{path}: not a regular file", path=path), _TIP)
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(text("{path} cannot be read: {error}", path=path, error=why), _TIP) from None
    if len(content) > LARGEST:
        raise UsageError(text("{path} is larger than {limit} MiB", path=path, limit=LARGEST // 2**20), _TIP)
    return content


def _decoded(content: bytes) -> str:
    """As spreadsheets write it: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(content: str) -> list[list[str]]:
    """The rows that are not empty, by the delimiter that makes most of the header."""
    lines = content.replace("\x00", "").splitlines(keepends=True)
    if lines and re.fullmatch(r"sep=.\s*", lines[0]):  # what Excel writes for itself
        del lines[0]
    text_ = "".join(lines)

    def header(delimiter: str) -> tuple[int, int]:
        first = next(csv.reader(io.StringIO(text_, newline=""), delimiter=delimiter), [])
        return len(_columns(first)), len(first)

    delimiter = max(_DELIMITERS, key=header)
    rows = csv.reader(io.StringIO(text_, newline=""), delimiter=delimiter)
    return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]


def _columns(header: Sequence[str]) -> dict[str, int]:
    """The place of each field. In Canvas' own export ``ID`` is Canvas' number and nobody else's."""
    names = [_plain(cell) for cell in header]
    found: dict[str, int] = {}
    for name, spellings in COLUMNS.items():
        for spelling in spellings:
            if spelling in names and name not in found:
                found[name] = names.index(spelling)
    if all(name in names for name in _CANVAS) and names[0] == "student":
        found["canvas_id"] = names.index("id")
        del found["id"]
    return found


def _plain(cell: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", cell.casefold()).split())


def _person(number: int, row: Sequence[str], columns: Mapping[str, int]) -> Person | None:
    cells = {name: row[place] for name, place in columns.items() if place < len(row)}
    if not cells.get("name"):
        cells["name"] = " ".join(filter(None, (cells.get("first"), cells.get("last"))))
    if cells["name"].casefold().startswith(_NOBODY):
        return None
    if "account" in cells:
        digits = re.search(r"[0-9]+", cells["account"])
        cells["account"] = digits[0] if digits else ""
    person = replace(Person(number), **{name: unneutral(value) for name, value in cells.items()})
    return person if _is_somebody(person) else None


def unneutral(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from calculating it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell


def _is_somebody(person: Person) -> bool:
    keys: Iterable[str] = (
        *(person.id, person.email, person.username, person.sis_id, person.sis_login, person.canvas_id),
        person.account,
    )
    return any(keys)
