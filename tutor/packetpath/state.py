"""A packet on its way: what its fields may hold, what was assumed about unknown rules, and its steps.

Fields do not hold numbers but names of them, so that two fields with the same origin (the address in the
packet, and the same address in the connection's record) stay the same when a rule tells one apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from tutor.dataclass import dataclass, field, replace
from tutor.packetpath.doubt import CERTAIN, Conditions, Doubt, either, under
from tutor.packetpath.numbers import Numbers
from tutor.packetpath.step import Step


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The value of a field after a rule that this program does not know wrote it."""

    doubt: Doubt


Domain = Numbers | Unreadable


@dataclass(frozen=True)
class State:
    """One packet, or all packets that took the same way so far.

    :param fields: the name of the number that each field holds.
    :param domains: what the named numbers may be.
    :param leg: which packet of its connection it is.
    :param conditions: under which assumptions the packet got here at all.
    """

    fields: Mapping[str, str]
    domains: Mapping[str, Domain]
    leg: int = 0
    conditions: Conditions = CERTAIN
    steps: tuple[Step, ...] = field(default=(), compare=False)

    @classmethod
    def holding(cls, **fields: Numbers) -> State:
        """A packet whose fields are independent of each other."""
        return cls({name: name for name in fields}, fields)

    @cached_property
    def identity(self) -> tuple[object, ...]:
        """Equal for packets that no rule can tell apart."""
        used = frozenset(self.fields.values())
        known = frozenset((name, domain) for name, domain in self.domains.items() if name in used)
        return frozenset(self.fields.items()), known

    def __getitem__(self, name: str) -> Domain:
        return self.domains[self.fields[name]]

    def numbers(self, name: str) -> Numbers:
        """What the field may hold; for fields that nothing can make unreadable."""
        domain = self[name]
        if isinstance(domain, Unreadable):
            raise TypeError(name)
        return domain

    def narrowed(self, name: str, domain: Numbers) -> State | None:
        """The same packet where the field holds one of ``domain``; None where it never does."""
        if not domain:
            return None
        if domain == self[name]:
            return self
        domains = {**self.domains, self.fields[name]: domain}
        return State(self.fields, domains, self.leg, self.conditions, self.steps)

    def holding_also(self, origin: str, **values: Domain) -> State:
        """The packet with new numbers in its fields; ``origin`` names where they came from."""
        names = {name: self._name(name, value, origin) for name, value in values.items()}
        domains = {**self.domains, **{names[name]: value for name, value in values.items()}}
        return replace(self, fields={**self.fields, **names}, domains=domains)

    @staticmethod
    def _name(name: str, value: Domain, origin: str) -> str:
        only = value.only if isinstance(value, Numbers) else None
        return f"{name} from {origin}" if only is None else f"#{only}"

    def copying(self, **sources: str) -> State:
        """The packet where each named field holds what another field holds now."""
        return replace(
            self, fields={**self.fields, **{name: self.fields[other] for name, other in sources.items()}}
        )

    def assuming(self, doubt: Doubt, answer: bool) -> State:
        """The packet, if ``doubt`` is answered like this."""
        return replace(self, conditions=under(self.conditions, doubt, answer))

    def stepping(self, step: Step) -> State:
        """The packet after one more step."""
        return replace(self, steps=(*self.steps, step))


def merged(states: Iterable[State]) -> list[State]:
    """The states with those joined that no later rule can tell apart; the first one's steps are kept."""
    states = list(states)
    if len(states) <= 1:
        return states
    joined: dict[tuple[object, ...], State] = {}
    for state in states:
        seen = joined.get(state.identity)
        joined[state.identity] = (
            state if seen is None else replace(seen, conditions=either(seen.conditions, state.conditions))
        )
    return list(joined.values())
