"""A connection from outside that should reach a guest, and the way it takes."""

from __future__ import annotations

import re
from functools import cached_property

from tutor.dataclass import dataclass
from tutor.host.host import Host
from tutor.packetpath import Packet, Path, Place, Reaches, Ruleset, Step, World, connect, follow


@dataclass(frozen=True)
class Case:
    """A connection that should reach a guest."""

    host: Host
    rules: Ruleset
    world: World
    packet: Packet
    address: str
    to_port: int

    @cached_property
    def arrival(self) -> Path:
        """The way of the first packet."""
        return follow(self.rules, self.world, self.packet)

    @cached_property
    def connection(self) -> Path:
        """The same, with the answer and what follows."""
        return connect(self.rules, self.world, self.packet)

    def reaches(self, path: Path) -> bool:
        """Whether it gets to the guest, and not out again towards a network that is not there."""
        outcome = path.outcome
        arrived = isinstance(outcome, Reaches) and (outcome.address, outcome.port) == (
            self.address,
            str(self.to_port),
        )
        return arrived and not self.goes_back

    @property
    def goes_back(self) -> bool:
        """It is sent out the way it came: no network here has the address."""
        outcome = self.arrival.outcome
        return isinstance(outcome, Reaches) and outcome.interface == self.packet.interface

    @property
    def translation(self) -> Step | None:
        """Where the destination is replaced."""
        found = [step for step in self.arrival.steps if step.action == "to-destination"]
        return found[-1] if found else None

    @property
    def mistranslated(self) -> str | None:
        """The code, where it is replaced by another than the guest's."""
        values = dict(self.translation.values) if self.translation else {}
        if not values or (values["address"], values["port"]) == (self.address, str(self.to_port)):
            return None
        return "wrong-address" if values["address"] != self.address else "wrong-guest-port"

    def names_it(self, place: Place | None) -> bool:
        """Whether a rule is about this very forward, and no more than that."""
        return bool(
            place and place.handle is not None and has_words(place.text, self.packet.port, self.address)
        )


def has_words(rule: str, *words: object) -> bool:
    """Whether a rule's text holds each of these as a word of its own."""
    return any(re.search(rf"(?<![\w.]){re.escape(str(word))}(?![\w.])", rule) for word in words)
