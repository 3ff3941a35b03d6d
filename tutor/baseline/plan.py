"""What would be taken away, how, and what would not, and why: from two looks at a machine. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.baseline.records import Machine
from tutor.baseline.things import Thing
from tutor.dataclass import dataclass, field
from tutor.host.libvirt.inventory import HeldDomain
from tutor.text import Text, text


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing taken away, by one command.

    :param key: which thing exactly: its uuid, or its device and inode, never a name alone. When the command
        has had its effect, a new plan has no operation of that key.
    :param command: for a shell, quoted.
    """

    key: str
    step: str
    thing: Text
    effect: Text
    command: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something under one of the course's names that is left alone.

    :param foreign: it is known to be none of the course's; else it may be, and remains.
    """

    step: str
    thing: Text
    why: Text
    foreign: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What the course brought and cleaning up leaves: the commands are the student's own decision."""

    thing: Text
    why: Text
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Operations in the order in which they are done, and what is left.

    ``unseen`` is whether a part of the machine could not be looked at.
    """

    operations: tuple[Operation, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    kept: tuple[Kept, ...] = ()
    unseen: bool = False

    @property
    def remains(self) -> bool:
        """Whether something of the course, or perhaps of it, is still there."""
        return bool(self.operations) or any(not refusal.foreign for refusal in self.refusals)


@dataclass(slots=True)
class Draft:
    """A plan in the making, and what each part of it looks at.

    :param before: the baseline.
    :param rests: for each domain's uuid, every file that it rests on.
    :param virsh: how virsh is called by this user.
    :param sudo: ``sudo `` or nothing.
    :ivar doomed: the uuids of the domains that are taken away.
    :ivar removed: the paths of the files that are.
    """

    before: Machine
    now: Machine
    things: tuple[Thing, ...]
    rests: dict[str, set[str]]
    virsh: str
    sudo: str
    operations: list[Operation] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    doomed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)

    def add(self, key: str, thing: Thing, called: Text, effect: Text, command: str) -> None:
        """One more operation, unless it is there already."""
        if all(one.key != key for one in self.operations):
            self.operations.append(Operation(key, thing.step, called, effect, command))

    def refuse(self, thing: Thing, called: Text, why: Text, *, foreign: bool = False) -> None:
        """Leave something alone, and say so once."""
        if all(one.thing != called for one in self.refusals):
            self.refusals.append(Refusal(thing.step, called, why, foreign))

    @property
    def staying(self) -> list[HeldDomain]:
        """The domains that are not taken away."""
        domains = self.now["libvirt"]["domains"] if self.now["libvirt"] else []
        return [domain for domain in domains if domain["uuid"] not in self.doomed]

    def users_of(self, *paths: str) -> list[str]:
        """The domains that stay and rest on a file, by whichever of its names."""
        return [
            one["name"] for one in self.staying if not self.rests.get(one["uuid"], set()).isdisjoint(paths)
        ]


#: Why something is left alone.
WAS_THERE = text("it was there before the course")
NOT_KNOWN = text("it is not known whether it was there before the course")


def used_by(names: Iterable[str]) -> Text:
    """Because others need it."""
    return text("used by: {names}", names=", ".join(names))
