"""The packet path: what a Linux ruleset makes of a connection from outside, and why.

A room of its own: pure functions of what ``nft list ruleset`` prints and of a few facts about the machine.
It never guesses. Where a part of a rule is not known here, the packet is followed both ways; if the outcome
is the same it stands, and if not it is :class:`Unknown` and names that part.
"""

from __future__ import annotations

from tutor.packetpath.explain import explain
from tutor.packetpath.follow import Leaving, connect, could_leave, follow, reply
from tutor.packetpath.packets import Packet
from tutor.packetpath.path import Local, Outcome, Path, Reaches, Refused, Unknown
from tutor.packetpath.ruleset import MalformedRuleset, Ruleset
from tutor.packetpath.step import Place, Step
from tutor.packetpath.world import Link, Route, World

__all__ = [
    "Leaving",
    "Link",
    "Local",
    "MalformedRuleset",
    "Outcome",
    "Packet",
    "Path",
    "Place",
    "Reaches",
    "Refused",
    "Route",
    "Ruleset",
    "Step",
    "Unknown",
    "World",
    "connect",
    "could_leave",
    "explain",
    "follow",
    "reply",
]
