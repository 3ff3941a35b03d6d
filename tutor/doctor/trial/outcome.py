"""What trying came to: plain JSON, as the process tells it, and the question that probes ask."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.host.question import Question
from tutor.shape import TypedDict


class Stage(TypedDict):
    """How one thing went: ``session``, ``volume``, ``network``, ``guest``.

    ``at`` is ``done``, or where it ended: ``try`` or ``undo``. Then ``code``, ``domain`` and ``errno`` are
    libvirt's numbers (errno only with code 38), and ``said`` is what it said, for people.
    ``kind`` is what was tried: ``kvm`` or ``qemu`` for a guest, ``running`` or ``own`` for a session daemon,
    the path for a volume.
    """

    at: str
    kind: str
    code: int
    domain: int
    errno: int
    said: str


class Trial(TypedDict):
    """All stages by name; a stage that could not be begun is not among them.

    ``graphics`` are the kinds that QEMU offers, empty where it did not say. ``removed`` is what a run
    before this one had left behind, ``foreign`` what has our name and is not ours.
    """

    stages: dict[str, Stage]
    graphics: list[str]
    removed: list[str]
    foreign: list[str]


def trial() -> Question[Trial]:
    """What trying came to."""
    return Question("trial", Trial)


def stage(found: Mapping[str, Stage], name: str) -> Stage | None:
    """The stage of that name, if it was begun."""
    return found.get(name)
