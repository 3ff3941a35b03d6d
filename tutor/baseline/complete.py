"""A baseline with gaps, and the first look that closes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from tutor.baseline.records import Lines, Machine, Place
from tutor.course.records import SUBJECTS, Subject

Seen = TypeVar("Seen", Place, Lines)


def has_gaps(machine: Machine, uses: Collection[Subject] = SUBJECTS) -> bool:
    """Whether something could not be seen yet, so that a later look may still tell how it was.

    :param uses: the course's subjects; of others nothing is to be seen.
    """
    unseen = machine["libvirt"] is None and not (machine["absent"] and machine["started"])
    return (
        ("libvirt" in uses and unseen)
        or machine["firewall"] is None
        or any(place["there"] is None for place in machine["places"].values())
        or any(lines["there"] is None for lines in machine["lines"].values())
    )


def completed(machine: Machine, now: Machine) -> Machine:
    """The baseline with what it lacks as it is now.

    Whatever is there at that time counts as having been there before: rather is something of the course
    left than something else lost. What was seen, also that nothing was there, stays as it was seen.
    """
    return {
        **machine,
        "libvirt": machine["libvirt"] if machine["libvirt"] or machine["absent"] else now["libvirt"],
        "absent": machine["absent"] or (machine["libvirt"] is None and now["absent"]),
        # Their packages start networks, or do not: what the course did to one is known from here on.
        "started": {**now["started"], **machine["started"]},
        "places": {**now["places"], **_seen(machine["places"])},
        "lines": {**now["lines"], **_seen(machine["lines"])},
        "firewall": machine["firewall"] or now["firewall"],
    }


def _seen(found: dict[str, Seen]) -> dict[str, Seen]:
    return {path: one for path, one in found.items() if one["there"] is not None}
