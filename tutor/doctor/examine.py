"""Ask the probes one after the other, and never let one of them end the others."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Protocol

from tutor.doctor.findings import Diagnosis, Finding, Health, unknown
from tutor.doctor.needs import Needs
from tutor.doctor.registry import NotApplicable, Probe
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed
from tutor.text import Text, text


class Observer(Protocol):
    """Told of the run's progress; the core itself never prints."""

    def begins(self, probe: Probe) -> None:
        """A probe is about to be asked."""

    def internal_error(self, probe: Probe, error: BaseException) -> str | None:
        """A probe has a bug; returns the path of the log, where one could be written."""


def examine(
    probes: Iterable[Probe], host: Host, needs: Needs, observer: Observer, known: dict[str, Diagnosis]
) -> Iterator[Diagnosis]:
    """The diagnosis of each probe, as it becomes known.

    :param known: how earlier probes ended; grows.
    """
    for probe in probes:
        observer.begins(probe)
        started = time.monotonic()
        found = _asked(probe, host, needs, observer, known)
        seen = next((one for one in found if isinstance(one, Text)), None)
        findings = tuple(one for one in found if isinstance(one, Finding))
        reason = next((one.reason for one in found if isinstance(one, NotApplicable)), None)
        diagnosis = Diagnosis(probe.name, probe.expected, findings, seen, reason, time.monotonic() - started)
        known[probe.name] = diagnosis
        yield diagnosis


def _asked(
    probe: Probe, host: Host, needs: Needs, observer: Observer, known: dict[str, Diagnosis]
) -> list[Finding | Text | NotApplicable]:
    """What the probe yields; also what it had yielded when it could not go on."""
    if root := _in_the_way(probe, known):
        return [NotApplicable(text("not looked at before {probe} is well", probe=root))]
    found: list[Finding | Text | NotApplicable] = []
    try:
        for one in probe.function(host, needs):
            found.append(one)  # noqa: PERF402 - one by one: what comes before an exception counts
    except NotApplicable as reason:
        found.append(reason)
    except Unobservable as failure:
        found.append(unknown(failure.reason, failure.message, fix=failure.fix))
    except NotWellFormed as error:
        where = text(
            "XML that was seen is malformed: line {line}: {error}", line=error.line, error=error.message
        )
        found.append(unknown("malformed", where))
    except Exception as error:  # noqa: BLE001 - a bug in one probe must not lose the others
        log = observer.internal_error(probe, error)
        said = text("internal error in the probe {probe}; details in {log}", probe=probe.name, log=log or "-")
        found.append(unknown("internal-error", said))
    return found


def _in_the_way(probe: Probe, known: dict[str, Diagnosis]) -> str | None:
    """The first probe before this one that is not well; followed to where it began."""
    for name in probe.after:
        health = known[name].health if name in known else Health.WELL
        if health in (Health.PROBLEM, Health.UNKNOWN):
            return name
    return None
