"""Whose each hand-in is, which of somebody's hand-ins counts, and whether it was late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from tutor.dataclass import dataclass, field
from tutor.report.hand_in import Earlier, HandIn, Source
from tutor.report.judging import Judged, Who
from tutor.report.records import Person, Student
from tutor.report.roster import Roster, normal_id, normal_mail
from tutor.report.sources import tellable
from tutor.text import Text, Translate, text


@dataclass(slots=True)
class Owner:
    """Somebody with hand-ins: on the roster, or only known from what was handed in."""

    key: str
    person: Person | None = None
    judged: list[tuple[Source, Judged]] = field(default_factory=list)
    remarks: dict[str, None] = field(default_factory=dict)
    has_id: bool = False


@dataclass(slots=True)
class People:
    """The owners by key, in the order of the roster, then of the hand-ins."""

    roster: Roster | None
    translate: Translate
    owners: dict[str, Owner] = field(default_factory=dict)
    _of_row: dict[int, Owner] = field(default_factory=dict)
    _by_id: dict[str, Owner] = field(default_factory=dict)
    _by_mail: dict[str, Owner] = field(default_factory=dict)
    _otherwise: dict[str, Owner] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in self.roster.people if self.roster else ():
            names = (person.id, person.email, person.username, person.sis_id, person.sis_login, person.name)
            self._of_row[person.row] = self._new(names, f"row {person.row}", person)

    def add(self, source: Source, one: Judged) -> Owner:
        """Find the owner of a hand-in, by id or mail; else by signer, else by the platform's account."""
        owner, remark = self._on_roster(source, one)
        if owner is None:
            owner = self._by_claim(source, one.who)
        if remark is not None:
            owner.remarks[remark.render(self.translate)] = None
        owner.judged.append((source, one))
        return owner

    def _on_roster(self, source: Source, one: Judged) -> tuple[Owner | None, Text | None]:
        if self.roster is None:
            return None, None
        signature = one.hand_in.signature
        signer = signature.principal if signature.state == "valid" else None
        match = self.roster.match(one.who.id, one.who.email, signer)
        if match.conflict is not None:
            return None, match.conflict
        if match.person is not None:
            remark = text("known by the key that it was signed with") if match.by == "signer" else None
            return self._of_row[match.person.row], remark
        person = self.roster.account(source.platform, source.account)
        if person is None:
            return None, None
        remark = text(
            "known by the account at the learning platform ({account})", account=source.account or ""
        )
        return self._of_row[person.row], remark

    def _by_claim(self, source: Source, who: Who) -> Owner:
        """The one of the same id, else of the same mail address and no other id; else a new one.

        Who gives neither is the one of the same pseudonym, else of the same account at the platform.
        """
        id_, mail = normal_id(who.id or ""), normal_mail(who.email or "")
        owner = self._by_id.get(id_) if id_ else self._by_mail.get(mail)
        if owner is None and id_ and mail and (known := self._by_mail.get(mail)) and not known.has_id:
            owner = known
        account = f"{source.platform} {source.account}" if source.account else ""
        if not (id_ or mail):
            otherwise = f"pseudonym {who.pseudonym}" if who.pseudonym else account
            owner = self._otherwise.get(otherwise)
        else:
            otherwise = ""
        if owner is None:
            names = (who.id, who.email, who.pseudonym, account, who.name)
            owner = self._new(names, tellable(source.name))
        if otherwise:
            self._otherwise.setdefault(otherwise, owner)
        if id_:
            self._by_id.setdefault(id_, owner)
            owner.has_id = True
        if mail:
            self._by_mail.setdefault(mail, owner)
        return owner

    def _new(self, names: Iterable[str | None], otherwise: str, person: Person | None = None) -> Owner:
        key = first = next((name.strip() for name in names if name and name.strip()), otherwise)[:200]
        number = 2
        while key in self.owners:
            key, number = f"{first} ({number})", number + 1
        owner = self.owners[key] = Owner(key, person)
        return owner


def student(owner: Owner, deadline: datetime | None, roster: Roster | None, *, keys: bool) -> Student:
    """The owner as a record, with the hand-in that counts: the newest valid one.

    One that was changed after it was signed never counts. Where the roster has keys (``keys``), those that
    are signed with one of the student's own go before all others: nobody else's key supersedes them.
    """
    timed = [(source, _timed(one.hand_in, source, deadline)) for source, one in owner.judged]
    # A file that was found twice is one hand-in.
    known: dict[str, HandIn] = {}
    for _, hand_in in timed:
        known.setdefault(hand_in.digest, hand_in)
    trust = {one.hand_in.digest: _trust(owner, one, roster) if keys else 0 for _, one in owner.judged}
    ranked = sorted(known.values(), key=lambda one: _rank(one, trust[one.digest]), reverse=True)
    counts = ranked[0] if ranked and ranked[0].signature.state != "invalid" else None
    who = next(
        (one.who for _, one in owner.judged if counts is None or one.hand_in.digest == counts.digest), None
    )
    person = owner.person
    return Student(
        key=owner.key,
        name=(person.name if person else "") or (who.name if who else "") or "",
        email=(person.email if person else None) or (who.email if who else None),
        id=(person.id or person.sis_id if person else None) or (who.id if who else None),
        pseudonym=who.pseudonym if who else None,
        person=person,
        hand_in=counts,
        earlier=tuple(_earlier(one) for one in ranked if one is not counts),
        remarks=tuple(owner.remarks),
    )


def _rank(one: HandIn, trust: int) -> tuple[bool, int, float, str]:
    made = datetime.fromisoformat(one.made).timestamp()
    return one.signature.state != "invalid", trust, made, one.digest


def _trust(owner: Owner, one: Judged, roster: Roster | None) -> int:
    """2 where it is signed with the student's own key, 1 where nobody can say whose that key is, else 0."""
    signature = one.hand_in.signature
    if signature.state != "valid" or signature.principal is None:
        return 0
    signer = roster.signer(signature.principal) if roster is not None else None
    if signer is not None:
        return 2 if signer is owner.person else 0
    claimed = {name.casefold() for name in (one.who.email, one.who.id) if name}
    return 2 if signature.principal.casefold() in claimed else 1


def _timed(hand_in: HandIn, source: Source, deadline: datetime | None) -> HandIn:
    """The hand-in with its place, and whether it was late: by its own time, or by the platform's."""
    source = replace(source, name=tellable(source.name), path=tellable(source.path))
    if deadline is not None and datetime.fromisoformat(hand_in.made) > deadline:
        return replace(hand_in, source=source, late=True, late_by="made")
    if source.late:
        return replace(hand_in, source=source, late=True, late_by="platform")
    return replace(hand_in, source=source, late=None if deadline is None else False)


def _earlier(one: HandIn) -> Earlier:
    return Earlier(
        one.source,
        one.digest,
        one.made,
        one.late,
        one.signature.state,
        one.points,
        one.max_points,
        len(one.undecided),
    )
