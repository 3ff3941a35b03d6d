"""A ruleset as ``nft list ruleset`` shows it: chains with their rules, and sets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.dataclass import dataclass, field
from tutor.packetpath.listing import Listing, read_listing, without_counter
from tutor.packetpath.saved import Saved, read_saved
from tutor.packetpath.step import Place
from tutor.packetpath.translated import Statement, with_arguments

#: Family, table, name.
Name = tuple[str, str, str]


class MalformedRuleset(Exception):
    """What was given is not what nft prints."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its statements in nft's JSON (libnftables-json(5))."""

    place: Place
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain; one without a hook is only reached by jumps.

    :param devices: for hooks of a device; None where the listing does not say which.
    """

    name: Name
    handle: int
    rules: tuple[Rule, ...] = ()
    type: str | None = None
    hook: str | None = None
    priority: int = 0
    policy: str = "accept"
    devices: tuple[str, ...] | None = None

    @property
    def end(self) -> Place:
        """The place where the policy decides."""
        return Place(*self.name)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All chains of tables that are awake, and the sets and maps.

    :param sets: elements by name; of a map, pairs.
    :param changing: sets to which packets add.
    """

    chains: Mapping[Name, Chain]
    sets: Mapping[Name, tuple[Any, ...]] = field(default_factory=dict)
    changing: frozenset[Name] = frozenset()

    @classmethod
    def parse(cls, json_text: str | Mapping[str, Any], text_form: str = "", saved: str = "") -> Ruleset:
        """Read the forms of one ruleset.

        :param json_text: ``nft -j list ruleset``, as printed or parsed.
        :param text_form: ``nft -a list ruleset``; without it, what iptables-nft made is unknown.
        :param saved: ``iptables-save``, where there is one.
        :raises MalformedRuleset: the JSON is not nft's.
        """
        try:
            document = json.loads(json_text) if isinstance(json_text, str) else json_text
            return _Reading(read_listing(text_form), read_saved(saved)).ruleset(document["nftables"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise MalformedRuleset(str(error)) from error

    def base_chains(self, *families: str) -> Iterator[Chain]:
        """The chains of these families that packets get to by themselves."""
        return (chain for chain in self.chains.values() if chain.hook and chain.name[0] in families)


@dataclass(slots=True)
class _Reading:
    listing: Listing
    saved: Saved

    def ruleset(self, entries: list[dict[str, Any]]) -> Ruleset:
        kinds: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            for kind, value in entry.items():
                kinds.setdefault(kind, []).append(value)
        rules: dict[Name, list[dict[str, Any]]] = {}
        for rule in kinds.get("rule", []):
            rules.setdefault((rule["family"], rule["table"], rule["chain"]), []).append(rule)
        asleep = self.listing.dormant | {
            (table["family"], table["name"]) for table in kinds.get("table", []) if _dormant(table)
        }
        chains = [self._chain(chain, rules) for chain in kinds.get("chain", [])]
        sets = [*kinds.get("set", []), *kinds.get("map", [])]
        return Ruleset(
            {chain.name: chain for chain in chains if chain.name[:2] not in asleep},
            {_name(one): tuple(one.get("elem", ())) for one in sets},
            frozenset(_changed(chains)),
        )

    def _chain(self, entry: dict[str, Any], rules: dict[Name, list[dict[str, Any]]]) -> Chain:
        name = _name(entry)
        found = rules.get(name, [])
        saved = self.saved.get(name[1:], []) if name[0] == "ip" else []
        lines = saved if len(saved) == len(found) else [None] * len(found)
        return Chain(
            name,
            int(entry["handle"]),
            tuple(self._rule(name, rule, line) for rule, line in zip(found, lines, strict=True)),
            entry.get("type"),
            entry.get("hook"),
            int(entry.get("prio", 0)),
            str(entry.get("policy", "accept")),
            self.listing.devices.get(name) or _devices(entry.get("dev")),
        )

    def _rule(self, chain: Name, entry: dict[str, Any], saved: str | None) -> Rule:
        handle = int(entry["handle"])
        text = self.listing.rules.get((chain, handle))
        statements = [dict(statement) for statement in entry["expr"]]
        place = Place(*chain, handle, without_counter(text) if text else json.dumps(entry["expr"]))
        return Rule(place, tuple(with_arguments(statements, text, saved)))


def _name(entry: Mapping[str, Any]) -> Name:
    return str(entry["family"]), str(entry["table"]), str(entry["name"])


def _dormant(table: Mapping[str, Any]) -> bool:
    return "dormant" in (table.get("flags") or ())


def _devices(given: Any) -> tuple[str, ...] | None:
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)


def _changed(chains: list[Chain]) -> Iterator[Name]:
    """The sets that statements ``add @set { ... }`` and the like write to."""
    for chain in chains:
        for rule in chain.rules:
            for statement in rule.statements:
                for kind in ("set", "map"):
                    written = statement.get(kind)
                    if isinstance(written, dict) and isinstance(written.get(kind), str):
                        yield (*chain.name[:2], written[kind].lstrip("@"))
