"""``make kernel ARGS="--seed 1 --rulesets 2000"``: the evaluator against the kernel, and a summary."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator

from tests.packetpath.kernel.campaign import Summary, batches, judged_in, run, smallest
from tests.packetpath.kernel.lab import Lab
from tests.packetpath.kernel.probe import PATIENT

#: Shares of answers below which a campaign says little.
FLOORS = {"first": 0.8, "whole": 0.8, "leaving": 0.8, "left": 0.9, "left translated": 0.5}


def main() -> int:
    """Run a campaign; 0 if nothing disagrees and enough was decided."""
    parser = argparse.ArgumentParser(prog="make kernel", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rulesets", type=int, default=2000, help="how many to compare")
    parser.add_argument("--suite", default="bookworm", help="whose nft and iptables: bookworm or trixie")
    parser.add_argument("--labs", type=int, default=6, help="how many at a time")
    parser.add_argument("--pooled", action="store_true", help="empty namespaces, and use them again")
    given = parser.parse_args()
    summary = run(given.suite, batches(given.seed), given.rulesets, given.labs, fresh=not given.pooled)
    sys.stdout.write("\n".join(told(summary, given.seed)) + "\n")
    for line in _disagreements(summary, given.suite):
        sys.stdout.write(f"{line}\n")
    hollow = [question for question, floor in FLOORS.items() if summary.decided(question) < floor]
    for question in hollow:
        sys.stdout.write(f"Too little decided: {question}.\n")
    return 1 if summary.disagreements or hollow else 0


def told(summary: Summary, seed: int) -> Iterator[str]:
    """The summary, in lines."""
    yield f"{summary.versions}"
    yield (
        f"seed {seed}: {summary.loaded} rulesets compared, {summary.refused.total()} not taken, "
        f"{len(summary.disagreements)} disagree, {summary.flakes} looked at again; {summary.seconds:.0f} s"
    )
    for question in FLOORS:
        answers = Counter({a: n for (asked, a), n in summary.answers.items() if asked == question})
        unknown = sum(n for answer, n in answers.items() if answer.startswith("unknown"))
        known = ", ".join(f"{n} {a}" for a, n in answers.most_common() if not a.startswith("unknown"))
        yield f"  {question}: {known}, {unknown} unknown ({summary.decided(question):.1%} decided)"
    why = Counter({a: n for (_, a), n in summary.answers.items() if a.startswith("unknown: ")})
    yield from _columns("unknown because of", {a.removeprefix("unknown: "): n for a, n in why.most_common()})
    yield from _columns("rulesets with", dict(sorted(summary.constructs.items())))
    yield from _columns("not taken", dict(summary.refused.most_common(10)))


def _columns(title: str, counts: dict[str, int]) -> Iterator[str]:
    yield f"  {title}:"
    line = ""
    for name, count in counts.items():
        part = f"{name} {count}"
        if line and len(line) + len(part) > 110:
            yield f"    {line}"
            line = ""
        line += f"{' · ' if line else ''}{part}"
    yield f"    {line}"


def _disagreements(summary: Summary, suite: str) -> Iterator[str]:
    """Each made small, with what differs; the same once."""
    shown = set()
    with Lab(suite) as lab:
        for case, differences in summary.disagreements:
            small = smallest(lab, case, differences[0].question)
            if (small.nft, small.iptables) in shown:
                continue
            shown.add((small.nft, small.iptables))
            yield f"\nDISAGREE\n{small}"
            again = judged_in(lab, small, PATIENT).judged
            for one in again.differences[:3] if again else []:
                yield f"  {one.question}: {one.probe}\n    said: {one.said}\n    seen: {one.seen}"
            yield lab.loader.run("nft -a list ruleset")


if __name__ == "__main__":
    sys.exit(main())
