"""What a teacher may want to look into: the same machine, identities or journal in two students' hand-ins.

Each is worded as a suspicion, with what was seen. There are innocent reasons for all of them: docs/report.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from tutor.report.evidence import ENOUGH_CLONES, One, Say, cut
from tutor.report.findings import Suspicion
from tutor.report.journals import forked_journals, shared_journals
from tutor.report.judging import Judged
from tutor.report.people import Owner
from tutor.report.roster import Roster
from tutor.report.sources import tellable
from tutor.report.traces import Trace, Traces
from tutor.text import text

_SAME_MACHINE = text("These hand-ins were made on the same machine, or on copies of it.")
_SHARED = {
    "shared-uuid": text(
        "These students have guests or networks with the same uuid, which libvirt makes up anew."
    ),
    "shared-mac": text("These students have network cards or bridges with the same MAC address."),
    "shared-disk": text("These students have the same disk, or copies of one."),
}


def suspicions(
    owners: Sequence[Owner],
    *,
    roster: Roster | None,
    cloned: Collection[str],
    given: Collection[str],
    say: Say,
) -> tuple[Suspicion, ...]:
    """Everything that looks odd, in all hand-ins, those that do not count included.

    :param cloned: machine ids of images that the class was given.
    :param given: MAC addresses that the course itself hands out.
    """
    all_ = [(owner.key, source, one) for owner in owners for source, one in owner.judged]
    return (
        *_same_machine(all_, cloned, say),
        *_shared_traces(all_, cloned, given, say),
        *shared_journals(all_, cloned, say),
        *forked_journals(owners, say),
        *_same_hand_in(all_, say),
        *(_other_people(owners, roster, say) if roster else ()),
        *_own_doubts(all_, say),
    )


def _same_machine(all_: Sequence[One], cloned: Collection[str], say: Say) -> Iterator[Suspicion]:
    groups = defaultdict[str, dict[str, None]](dict)
    for key, _, one in all_:
        machine = one.traces.machine
        if machine is not None and machine not in cloned:
            groups[machine][key] = None
    for machine, keys in groups.items():
        if len(keys) > 1:
            evidence = say(text("machine id: {id}", id=machine))
            yield Suspicion("same-machine", tuple(keys), say(_SAME_MACHINE), (evidence,))


def _shared_traces(
    all_: Sequence[One], cloned: Collection[str], given: Collection[str], say: Say
) -> Iterator[Suspicion]:
    of_image = _of_images(all_, cloned)
    kinds: dict[str, Callable[[Traces], tuple[Trace, ...]]] = {
        "shared-uuid": lambda traces: traces.uuids,
        "shared-mac": lambda traces: traces.macs,
        "shared-disk": lambda traces: traces.disks,
    }
    for kind, traces_of in kinds.items():
        groups = defaultdict[str, dict[str, str]](dict)
        for key, _, one in all_:
            for trace in traces_of(one.traces):
                if trace.value in given or _is_of_image(trace, one, cloned, of_image):
                    continue
                groups[trace.value].setdefault(key, trace.what)
        yield from _merged(kind, groups, say)


def _merged(kind: str, groups: Mapping[str, Mapping[str, str]], say: Say) -> Iterator[Suspicion]:
    """One suspicion for each set of students, whatever number of values they share."""
    by_students = defaultdict[tuple[str, ...], list[str]](list)
    for value, whose in groups.items():
        if len(whose) > 1:
            what = " / ".join(dict.fromkeys(whose.values()))
            by_students[tuple(sorted(whose))].append(f"{value} ({what[:200]})")
    for keys, evidence in by_students.items():
        yield Suspicion(kind, keys, say(_SHARED[kind]), cut(evidence, say))


def _of_images(all_: Sequence[One], cloned: Collection[str]) -> dict[str, set[str]]:
    """What all students on a cloned machine have was there before it was cloned."""
    of_machine = defaultdict[str, dict[str, set[str]]](dict)
    for key, _, one in all_:
        if one.traces.machine in cloned:
            values = {trace.value for trace in (*one.traces.uuids, *one.traces.macs, *one.traces.disks)}
            of_machine[one.traces.machine or ""].setdefault(key, set()).update(values)
    return {
        machine: set.intersection(*students.values())
        for machine, students in of_machine.items()
        if len(students) >= ENOUGH_CLONES
    }


def _is_of_image(
    trace: Trace, one: Judged, cloned: Collection[str], of_image: Mapping[str, set[str]]
) -> bool:
    machine = one.traces.machine
    if machine not in cloned:
        return False
    # A new installation of libvirt makes that network, long before a student comes.
    return trace.what == "network default" or trace.value in of_image.get(machine or "", ())


def _same_hand_in(all_: Sequence[One], say: Say) -> Iterator[Suspicion]:
    """One file that more than one account of the learning platform handed in."""
    groups = defaultdict[str, dict[str, tuple[str, str]]](dict)
    for key, source, one in all_:
        if source.account:
            groups[one.hand_in.digest].setdefault(
                f"{source.platform} {source.account}", (key, tellable(source.name))
            )
    for accounts in groups.values():
        if len(accounts) > 1:
            keys = tuple(dict.fromkeys(key for key, _ in accounts.values()))
            sentence = text("The very same hand-in came from more than one account of the learning platform.")
            yield Suspicion("same-hand-in", keys, say(sentence), cut([n for _, n in accounts.values()], say))


def _other_people(owners: Iterable[Owner], roster: Roster, say: Say) -> Iterator[Suspicion]:
    """A hand-in of one that another signed, or that came from another's account."""
    for owner in owners:
        for source, one in owner.judged:
            signature = one.hand_in.signature
            signer = roster.signer(signature.principal) if signature.state == "valid" else None
            if signer is not None and signer is not owner.person:
                sentence = text("It was signed with the key of somebody else on the roster.")
                whose = say(
                    text(
                        "{source}: signed by {signer}",
                        source=tellable(source.name),
                        signer=signature.principal or "",
                    )
                )
                yield Suspicion("other-signer", (owner.key,), say(sentence), (whose,))
            holder = roster.account(source.platform, source.account)
            if holder is not None and holder is not owner.person:
                sentence = text("It came from the account of somebody else on the roster.")
                whose = say(
                    text(
                        "{source}: account of {holder}",
                        source=tellable(source.name),
                        holder=holder.name or holder.id,
                    )
                )
                yield Suspicion("other-account", (owner.key,), say(sentence), (whose,))


def _own_doubts(all_: Sequence[One], say: Say) -> Iterator[Suspicion]:
    """What is odd in a hand-in by itself."""
    for key, source, one in all_:
        chain, signature = one.hand_in.chain, one.hand_in.signature
        for kind, sentence, doubts in (
            (
                "changed",
                text("It is not what was signed, and does not count."),
                (signature.reason or "",) if signature.state == "invalid" else (),
            ),
            ("clock-backwards", text("Its clock ran backwards."), one.clock),
            ("contradiction", text("What was observed contradicts itself."), one.contradictions),
            (
                "broken-chain",
                text("Its journal is not what the tool wrote: lines were changed, or taken away or put in."),
                tuple(each.what for each in chain.breaks if each.code != "torn"),
            ),
        ):
            if doubts:
                evidence = [f"{tellable(source.name)}: {doubt}" for doubt in dict.fromkeys(doubts)]
                yield Suspicion(kind, (key,), say(sentence), cut(evidence, say))
