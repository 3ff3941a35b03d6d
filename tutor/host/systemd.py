"""Units of systemd."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.host.machine import Machine
from tutor.host.process import malformed
from tutor.host.question import Question, Unobservable
from tutor.host.source import Answers, Args, batch_source
from tutor.shape import TypedDict
from tutor.text import text

_PROPERTIES = "Id,Names,LoadState,ActiveState,SubState,UnitFileState"


class Unit(TypedDict):
    """A unit's LoadState, ActiveState, SubState and UnitFileState, in systemd's own words."""

    load: str
    active: str
    sub: str
    file: str


def unit(name: str) -> Question[Unit]:
    """A unit by its whole name (``libvirtd.service``); ``load`` is ``not-found`` where there is none."""
    return Question("unit", Unit, (name,))


@batch_source("unit", by="systemctl show")
def look_at_units(machine: Machine, wanted: Sequence[Args]) -> Answers:
    """See :func:`unit`; one call answers for all, and for the socket or service that belongs to each."""
    seen: dict[str, Unit | Unobservable] = machine.shared("units", dict)
    names = dict.fromkeys(name for args in wanted for name in _pair(args[0]) if name not in seen)
    if names:
        seen.update(_show(machine, list(names)))
    return {args: seen[args[0]] for args in wanted}


def _pair(name: str) -> tuple[str, ...]:
    """A daemon is asked for as service and socket, and each call costs as much as the first."""
    stem, dot, kind = name.rpartition(".")
    return (f"{stem}.service", f"{stem}.socket") if dot and kind in ("service", "socket") else (name,)


def _show(machine: Machine, names: Sequence[str]) -> dict[str, Unit | Unobservable]:
    done = machine.run(["systemctl", "show", "--no-pager", "-p", _PROPERTIES, "--", *names])
    if done.returncode != 0:
        error = done.stderr.partition("\n")[0]
        raise Unobservable("not-answering", text("systemd does not answer: {error}", error=error))
    blocks = list(_blocks(done.stdout))
    return {name: _unit(name, blocks) for name in names}


def _blocks(output: str) -> Iterator[dict[str, str]]:
    for block in output.split("\n\n"):
        pairs = (line.partition("=") for line in block.splitlines())
        yield {name: value for name, equals, value in pairs if equals}


def _unit(name: str, blocks: Sequence[dict[str, str]]) -> Unit | Unobservable:
    for block in blocks:
        # An alias answers under the name of the unit that it stands for.
        if name == block.get("Id") or name in block.get("Names", "").split():
            if not block.get("LoadState") or not block.get("ActiveState"):
                return malformed("systemctl show")
            return {
                "load": block["LoadState"],
                "active": block["ActiveState"],
                "sub": block.get("SubState", ""),
                "file": block.get("UnitFileState", ""),
            }
    return Unobservable("not-answering", text("systemd said nothing about {unit}", unit=name))
