"""What happened to a packet, step by step."""

from __future__ import annotations

from tutor.dataclass import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """A rule, or with ``handle`` None the end of a chain: where its policy decides.

    :param text: the rule as ``nft list ruleset`` writes it, without its counter.
    """

    family: str
    table: str
    chain: str
    handle: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    :param hook: where in the kernel (nft(8), hooks): ``prerouting``, ``routing``, ``forward``, ...
    :param action: kebab-case name of what happened; ``tutor.packetpath.explain`` has the sentence.
    :param place: the rule or policy that did it; None for the kernel itself.
    :param values: what the sentence wants filled in.
    """

    hook: str
    action: str
    place: Place | None = None
    values: tuple[tuple[str, str | int], ...] = field(default=())
