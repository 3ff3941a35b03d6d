"""Tables of nft: chains with hooks, priorities and policies, rules that jump between them, sets and maps."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from tests.packetpath.kernel.conditions import HOSTS, PREFIXES, Text, conditions, one, several
from tests.packetpath.kernel.lab import CLIENT, GUEST, MACHINE
from tests.packetpath.kernel.rules import TARGETS, filtering, pairs, translating

_PRIORITIES = (-400, -300, -199, -150, -101, -100, -99, -50, 0, 0, 0, 0, 5, 10, 99, 100, 101, 150, 300)
_NAT_PRIORITIES = (-150, -101, -100, -100, -100, -50, 0, 50, 100, 100, 101)
_HOOKS = ("prerouting", "prerouting", "forward", "forward", "postrouting")
#: Chains that rules may call; each calls later ones only.
_CALLED = ("a", "b", "c")
#: Named sets and maps by kind, name and type, with what they may hold.
_INTERVALS = "flags interval;"
_NAMED = (
    ("set", "hosts", "type ipv4_addr;", several(HOSTS)),
    ("set", "nets", f"type ipv4_addr; {_INTERVALS}", several(PREFIXES[:5])),
    (
        *("set", "services", f"type inet_service; {_INTERVALS}"),
        several(("22", "53", "80-443", "2222", "8000-9000")),
    ),
    ("set", "links", "type ifname;", several(("eth0", "virbr0", "virbr1"), 2)),
    (
        *("set", "pairs", f"type ipv4_addr . inet_service; {_INTERVALS}"),
        several((f"{GUEST} . 22", f"{CLIENT} . 80", f"{MACHINE} . 2222", "192.168.50.0/24 . 1-100")),
    ),
    ("map", "targets", "type inet_service : ipv4_addr;", pairs(("22", "80", "2222"), TARGETS)),
    (
        *("map", "verdicts", "type inet_service : verdict;"),
        pairs(("22", "80", "2222"), ("accept", "drop", "return")),
    ),
)
_CHANGING = "set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }"


@cache
def _sets() -> Text:
    parts = [
        elements.map(f"{kind} {name} {{{{ {of} elements = {{{{ {{}} }}}}; }}}}".format)
        for kind, name, of, elements in _NAMED
    ]
    return st.tuples(*parts, st.just(_CHANGING)).map("\n".join)


def _with_sets(sets: str, chains: str) -> str:
    """The chains, and of the sets those that they name."""
    named = [line for line in sets.splitlines() if f"@{line.split()[1]}" in chains]
    return "\n".join([*named, chains])


@cache
def _rules(calls: tuple[str, ...], hook: str, nat_to: str | None, most: int) -> Text:
    rule = translating(calls, hook, nat_to) if nat_to else filtering(calls, hook)
    return st.lists(rule.map("    {}".format), min_size=1, max_size=most).map("\n".join)


@cache
def _ending(policy: str, calls: tuple[str, ...]) -> Text:
    """Rules that tell who gets to the end of a chain, and by which way: the others are decided otherwise."""
    opposite = "drop" if policy == "accept" else "accept"
    ways = [f"{how} {name}" for how in ("jump", "goto") for name in calls] or ["counter"]
    return one("ct state established accept\n", "").flatmap(
        lambda kept: one(*(f"    {kept}    {way}\n    {opposite}" for way in (*ways, "return", "continue")))
    )


@st.composite
def _chains(draw: st.DrawFn, family: str, hook: str, number: int) -> str:
    """A base chain and those it calls; no other does, since not all rules suit all hooks."""
    nat = hook in ("prerouting", "postrouting") and draw(st.booleans())
    to = None if not nat else "ip to" if family == "inet" else "to"
    prefix = f"{hook[:2]}{number}"
    calls = tuple(f"{prefix}{name}" for name in _CALLED[: draw(st.sampled_from((0, 1, 2, 2, 3)))])
    text = ""
    for index, name in reversed(list(enumerate(calls))):
        text += f"chain {name} {{\n{draw(_rules(calls[index + 1 :], hook, to, 3))}\n}}\n"
    priority = draw(st.sampled_from(_NAT_PRIORITIES if nat else _PRIORITIES))
    policy = draw(st.sampled_from(("accept",) * (9 if nat else 4) + ("drop",)))
    base = f"type {'nat' if nat else 'filter'} hook {hook} priority {priority}; policy {policy};"
    rules = draw(_rules(calls, hook, to, 4))
    if not nat and draw(st.booleans()):
        rules += f"\n{draw(_ending(policy, calls))}"
    return f"{text}chain {prefix} {{\n    {base}\n{rules}\n}}\n"


@st.composite
def table(draw: st.DrawFn, name: str) -> str:
    """A table of family ip or inet."""
    family = draw(st.sampled_from(("ip", "ip", "inet")))
    # Input and output are not followed; that they do not matter to what is forwarded is claimed.
    known = (*_HOOKS, "input", "output") if draw(st.integers(0, 9)) == 0 else _HOOKS
    hooks = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
    chains = "".join(draw(_chains(family, hook, number)) for number, hook in enumerate(hooks))
    flags = "flags dormant\n" if draw(st.integers(0, 29)) == 0 else ""
    return f"table {family} {name} {{\n{flags}{_with_sets(draw(_sets()), chains)}}}\n"


@st.composite
def beside(draw: st.DrawFn) -> str:
    """A table that sees packets elsewhere: on a device, a bridge, of another protocol."""
    device, at = draw(one("eth0", "virbr0", "virbr1", "vnet0")), draw(one("ingress", "ingress", "egress"))
    bridging = draw(one("prerouting", "forward", "input", "output", "postrouting"))
    name, hook = draw(
        st.sampled_from(
            (
                ("netdev d", f"hook {at} device {device} priority 0"),
                ("netdev d", f"hook ingress devices = {{ {device}, lo }} priority 0"),
                ("inet i", f"hook ingress device {device} priority 0"),
                ("bridge b", f"hook {bridging} priority 0"),
                ("ip6 s", "hook forward priority 0"),
                ("arp r", "hook input priority 0"),
            )
        )
    )
    known = draw(conditions("tcp", most=1, doubtful=False))
    asked = {"arp r": "", "ip6 s": "meta l4proto tcp"}.get(name, known)
    verdict = draw(one("accept", "drop", "counter"))
    policy = draw(one("accept", "accept", "accept", "drop"))
    return f"table {name} {{\nchain x {{\ntype filter {hook}; policy {policy};\n{asked} {verdict}\n}}\n}}\n"


@st.composite
def nft_ruleset(draw: st.DrawFn) -> str:
    """What ``nft -f`` reads: some tables."""
    count = draw(st.sampled_from((1, 1, 2, 2, 3)))
    text = "".join(draw(table(name)) for name in ("t", "u", "v")[:count])
    return text + (draw(beside()) if draw(st.integers(0, 11)) == 0 else "")
