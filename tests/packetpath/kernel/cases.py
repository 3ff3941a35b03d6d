"""A case: rules, the kernel's settings, and the connections that are tried."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.packetpath.kernel.lab import (
    BRIDGE,
    CLIENT,
    GATEWAY,
    GUEST,
    ISOLATED,
    ISOLATING,
    MACHINE,
    Settings,
)
from tests.packetpath.kernel.probe import UDP, Probe
from tests.packetpath.kernel.tables import nft_ruleset
from tests.packetpath.kernel.xtables import iptables_ruleset

_ALWAYS = (
    Probe("client", CLIENT, MACHINE, 2222),
    Probe("client", CLIENT, GUEST, 22),
    Probe("guest", GUEST, CLIENT, 80),
    Probe("isolated", ISOLATED, CLIENT, 80),
)
_SOMETIMES = (
    Probe("client", CLIENT, MACHINE, 22),
    Probe("client", GATEWAY, MACHINE, 80),
    Probe("client", CLIENT, MACHINE, 2222, UDP),
    Probe("client", CLIENT, MACHINE, 53, UDP),
    Probe("client", CLIENT, ISOLATED, 80),
    Probe("client", "192.168.122.99", GUEST, 22),
    Probe("guest", GUEST, MACHINE, 2222),
    Probe("guest", GUEST, ISOLATED, 22),
    Probe("guest", GUEST, BRIDGE, 53, UDP),
    Probe("guest", GUEST, BRIDGE, 22),
    Probe("guest", GUEST, CLIENT, 53, UDP),
    Probe("guest", "10.1.2.3", CLIENT, 80),
    Probe("isolated", ISOLATED, GUEST, 22),
    Probe("isolated", ISOLATED, ISOLATING, 53, UDP),
    Probe("isolated", ISOLATED, CLIENT, 53, UDP),
    Probe("isolated", ISOLATED, MACHINE, 2222),
)


@dataclass(frozen=True)
class Case:
    """See the module; ``nft`` and ``iptables`` are what ``nft -f`` and ``iptables-restore`` read."""

    nft: str
    iptables: str
    settings: Settings
    probes: tuple[Probe, ...]

    def __str__(self) -> str:
        parts = [f"--- {self.settings}"]
        parts += [f"--- iptables-restore\n{self.iptables}"] if self.iptables else []
        parts += [f"--- nft -f\n{self.nft}"] if self.nft else []
        return "\n".join(parts)


_settings = st.builds(
    Settings,
    forwarding=st.sampled_from((True,) * 15 + (False,)),
    rp_filter=st.sampled_from((0, 1, 2)),
    route_localnet=st.sampled_from((False, False, False, True)),
    bridge_calls=st.booleans(),
)
_probes = st.lists(st.sampled_from(_SOMETIMES), min_size=2, max_size=6, unique=True).map(
    lambda found: (*_ALWAYS, *found)
)


#: Rules of nft, of iptables, or of both.
_rules = st.one_of(
    st.tuples(nft_ruleset(), st.just("")),
    st.tuples(nft_ruleset(), st.just("")),
    st.tuples(st.just(""), iptables_ruleset()),
    st.tuples(st.just(""), iptables_ruleset()),
    st.tuples(nft_ruleset(), iptables_ruleset()),
)

cases = st.builds(
    lambda rules, settings, probes: Case(rules[0], rules[1], settings, probes), _rules, _settings, _probes
)
