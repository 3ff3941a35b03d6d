"""A sample of ``make kernel``: generated rulesets in namespaces, and connections tried through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.packetpath.kernel.__main__ import FLOORS, told
from tests.packetpath.kernel.campaign import Observed, Summary, generated, run
from tests.packetpath.kernel.judge import leaving_by, to_send
from tests.packetpath.kernel.lab import Lab, world
from tests.packetpath.kernel.leaving import sent
from tutor.dataclass import replace
from tutor.packetpath import statements
from tutor.packetpath.compare import Comparison, compare
from tutor.packetpath.hooks import at_hook
from tutor.packetpath.order import Station, in_order
from tutor.packetpath.ruleset import Chain
from tutor.packetpath.site import Effect
from tutor.packetpath.state import State
from tutor.packetpath.walk import Passage, through
from tutor.sandbox.images import SUITE

_SEED, _GENERATED, _RULESETS = 6, 90, 60
_PACKETS = 3

Mutation = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def observed() -> list[Observed]:
    return []


@pytest.fixture(scope="module")
def summary(observed: list[Observed]) -> Summary:
    return run(SUITE, iter([generated(_SEED, _GENERATED)]), _RULESETS, keep=observed)


def test_the_evaluator_says_what_the_kernel_does(summary: Summary) -> None:
    assert summary.loaded == _RULESETS, "\n".join(told(summary, _SEED))
    assert not summary.disagreements, "\n\n".join(
        f"{case}\n{differences}" for case, differences in summary.disagreements
    )


@pytest.mark.parametrize("question", FLOORS)
def test_most_is_decided(summary: Summary, question: str) -> None:
    assert summary.decided(question) >= FLOORS[question], "\n".join(told(summary, _SEED))


def _handled_as(kind: str, other: str) -> Mutation:
    return lambda patch: patch.setitem(statements._HANDLERS, kind, statements._HANDLERS[other])


def _without_priorities(patch: pytest.MonkeyPatch) -> None:
    def wrong(stations: list[Station], states: list[State]) -> Passage:
        return in_order([replace(one, priority=-one.priority) for one in stations], states)

    patch.setattr("tutor.packetpath.hooks.in_order", wrong)


def _without_policies(patch: pytest.MonkeyPatch) -> None:
    def wrong(base: Chain, *rest: Any) -> Passage:
        return through(replace(base, policy="accept"), *rest)

    patch.setattr("tutor.packetpath.hooks.through", wrong)


def _without_negation(patch: pytest.MonkeyPatch) -> None:
    def wrong(asked: dict[str, Any], *rest: Any) -> Comparison:
        return compare({**asked, "op": "=="} if asked["op"] == "!=" else asked, *rest)

    patch.setattr("tutor.packetpath.statements.compare", wrong)


def _without_tracking(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tutor.packetpath.hooks._tracked", Passage)


def _answers_as_they_came(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tutor.packetpath.hooks._replayed", lambda _hook, state: state)


def _every_sender_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tutor.packetpath.routing._from_allowed_senders", lambda state, *_: [state])


def _nothing_happens(kind: str) -> Mutation:
    return lambda patch: patch.setitem(
        statements._HANDLERS, kind, lambda _inner, state, _site: [Effect(state)]
    )


MUTATIONS: dict[str, Mutation] = {
    "priorities the other way round": _without_priorities,
    "goto as jump": _handled_as("goto", "jump"),
    "jump as goto": _handled_as("jump", "goto"),
    "continue as return": _handled_as("continue", "return"),
    "policies never drop": _without_policies,
    "negation forgotten": _without_negation,
    "no connection tracking": _without_tracking,
    "answers keep their addresses": _answers_as_they_came,
    "senders not looked at": _every_sender_allowed,
    "masquerade forgotten": _nothing_happens("masquerade"),
    "dnat forgotten": _nothing_happens("dnat"),
    "marks forgotten": _nothing_happens("mangle"),
}


@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.usefixtures("summary")
def test_a_wrong_evaluator_is_found(
    observed: list[Observed], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    MUTATIONS[name](monkeypatch)
    assert any(one.judged().differences for one in observed)


def _doubts_are_certain(patch: pytest.MonkeyPatch) -> None:
    # By its name: the package has a function of the module's name.
    module = import_module("tutor.packetpath.follow")
    patch.setattr(module, "_is_certain", lambda state: state.numbers("oif").only != 0)


def _nothing_is_refused(hook: str) -> Mutation:
    def wrong(at: str, states: list[State], *rest: Any) -> Passage:
        return Passage(states) if at == hook else at_hook(at, states, *rest)

    return lambda patch: patch.setattr("tutor.packetpath.journey.at_hook", wrong)


#: What lets could_leave() say yes where nothing leaves.
TOO_MUCH: dict[str, Mutation] = {
    "what may leave does leave": _doubts_are_certain,
    "nothing is refused at prerouting": _nothing_is_refused("prerouting"),
    "nothing is refused at forward": _nothing_is_refused("forward"),
    "nothing is refused at postrouting": _nothing_is_refused("postrouting"),
    "drop as accept": _handled_as("drop", "accept"),
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(SUITE) as made:
        yield made


@pytest.mark.parametrize("name", TOO_MUCH)
@pytest.mark.usefixtures("summary")
def test_a_yes_that_is_not_true_is_found(
    lab: Lab, observed: list[Observed], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    TOO_MUCH[name](monkeypatch)
    assert any(_is_seen_through(lab, one) for one in observed)


def _is_seen_through(lab: Lab, one: Observed) -> bool:
    """Whether one of the packets that are said to leave, and were not sent before, stays."""
    settings = one.case.settings
    leaving = leaving_by(one.ruleset, world(settings))
    others = [packet for packet in to_send(leaving, world(settings)) if packet not in one.sent]
    if not others:
        return False
    lab.set(settings)
    lab.loader.load(one.case.nft, one.case.iptables)
    found = one._replace(sent=sent(lab, others[:_PACKETS])).judged(leaving)
    return any(difference.question == "left" for difference in found.differences)
