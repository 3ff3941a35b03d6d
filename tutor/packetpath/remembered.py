"""What was found out about the same rules and machine before: a class's machines have much in common."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from tutor.packetpath.ruleset import Ruleset
from tutor.packetpath.world import World

P = ParamSpec("P")
R = TypeVar("R")

#: Answers that are kept, and rules of the largest ruleset whose are.
MOST, SMALL = 256, 1000

_known: OrderedDict[tuple[Any, ...], tuple[Ruleset, World, Any]] = OrderedDict()


def remembered(
    function: Callable[Concatenate[Ruleset, World, P], R],
) -> Callable[Concatenate[Ruleset, World, P], R]:
    """Let a pure function of a ruleset and a machine answer once for the very same two objects.

    What is kept holds both, so that no other object can come to have their identities.
    """

    @wraps(function)
    def run(ruleset: Ruleset, world: World, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (function.__name__, id(ruleset), id(world), args, tuple(kwargs.items()))
        found = _known.get(key)
        if found is not None:
            _known.move_to_end(key)
            known: R = found[2]
            return known
        answer = function(ruleset, world, *args, **kwargs)
        if sum(len(chain.rules) for chain in ruleset.chains.values()) <= SMALL:
            _known[key] = (ruleset, world, answer)
            while len(_known) > MOST:
                _known.popitem(last=False)
        return answer

    return run
