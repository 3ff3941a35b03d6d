"""``tutor doctor``: will this machine carry the course."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, TypeVar

from tutor.commands.catalogue import checks_for
from tutor.commands.check import announce, root_notice
from tutor.commands.progress import PATIENCE, log_error
from tutor.commands.session import Session
from tutor.doctor.examine import examine
from tutor.doctor.findings import Diagnosis, Health, exit_code
from tutor.doctor.needs import Needs, needs_of
from tutor.doctor.probes import MODULES
from tutor.doctor.probes.programs import STARTED
from tutor.doctor.registry import REGISTRY, Probe
from tutor.doctor.trial.marks import name as trial_name
from tutor.doctor.trial.outcome import trial
from tutor.doctor.trial.plan import make_plan
from tutor.doctor.trial.run import carry_out
from tutor.errors import UsageError
from tutor.grading.facts import host_facts
from tutor.host.host import Host, together
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.links import links
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.routes import routes
from tutor.host.starting import started
from tutor.host.systemd import unit
from tutor.host.users import user
from tutor.output.diagnosis import render_diagnosis, render_document, render_outcome
from tutor.output.interface import write
from tutor.text import text

T = TypeVar("T")

#: What many probes ask of slow sources: sought side by side from the start.
_FIRST: tuple[Question[Any], ...] = (
    connection(SYSTEM, "read"),
    connection(SYSTEM, "write"),
    unit("libvirtd.service"),
    *map(started, STARTED),
    links(),
    routes(),
)


def doctor(session: Session, *, look: bool = False) -> int:
    """Look at this machine, then try what the course does on it, and undo that.

    :param look: try nothing.
    :returns: 0 where nothing was found, 1 with a problem, 3 where something could not be looked at.
    """
    if sys.platform != "linux":
        what = text("tutor judges Linux machines, and this one runs {platform}", platform=sys.platform)
        raise UsageError(what, text("Run it on the machine of the course."))
    checks_for(session.course)
    for module in MODULES:
        importlib.import_module(module)
    clock, started = time.monotonic(), datetime.now(timezone.utc).astimezone().isoformat(timespec="seconds")
    host = LiveHost(Machine(ask_password=announce(session) if session.interactive else None), log_error)
    visit = _Visit(session, host, needs_of(session.course, session.values), look=look)
    diagnoses = list(visit.all())
    if session.options.format == "json":
        acting = frozenset(probe.name for probe in REGISTRY if probe.acts)
        me = host.observe(user())
        run = {
            "user": me.value["name"] if me.failure is None else None,
            "started": started,
            "duration": time.monotonic() - clock,
            "acted": visit.acted,
        }
        document = render_document(
            diagnoses, acting, host_facts(host, session.course.uses), run, session.translate
        )
        write(document, session.out, "json")
    else:
        outcome = render_outcome(diagnoses, session.translate, session.style, acted=visit.acted)
        write("\n" + outcome, session.out, "text")
    return exit_code(diagnoses)


class _Tried:
    """The machine, and what trying came to."""

    def __init__(self, host: Host, outcome: Any) -> None:
        self._host = host
        self._outcome = outcome

    def ask(self, question: Question[T]) -> T:
        """See :class:`tutor.host.host.Host`."""
        if question.key != trial().key:
            return self._host.ask(question)
        if isinstance(self._outcome, Unobservable):
            raise self._outcome
        outcome: T = self._outcome
        return outcome


class _Visit:
    """One run: looking first, so that nothing of ours is seen; then trying."""

    def __init__(self, session: Session, host: LiveHost, needs: Needs, *, look: bool) -> None:
        self._session = session
        self._host = host
        self._needs = needs
        self._look = look
        self._known: dict[str, Diagnosis] = {}
        self._probes = REGISTRY.ordered(MODULES, session.course.uses)
        self._width = max(len(probe.name) for probe in self._probes)
        self._progress = _Progress(session, host)
        self.acted = False

    def all(self) -> Iterator[Diagnosis]:
        """Every diagnosis, told as it becomes known."""
        if (as_root := root_notice(self._host)) is not None:
            self._session.say(as_root)
        if "libvirt" in self._session.course.uses:
            together(self._host, *_FIRST)
        yield from self._examined(self._host, acts=False)
        if not self._look and any(probe.acts for probe in self._probes):
            yield from self._examined(_Tried(self._host, self._tried()), acts=True)

    def _examined(self, host: Host, *, acts: bool) -> Iterator[Diagnosis]:
        probes = [probe for probe in self._probes if probe.acts is acts]
        for diagnosis in examine(probes, host, self._needs, self._progress, self._known):
            self._progress.clear()
            if self._session.options.format == "text":
                shown = render_diagnosis(diagnosis, self._width, self._session.translate, self._session.style)
                write(shown, self._session.out, "text")
            yield diagnosis

    def _tried(self) -> Any:
        """What trying came to, or why it was not tried."""
        well = {name for name, one in self._known.items() if one.health is Health.WELL}
        if not well & {"access", "programs"}:
            return Unobservable("not-tried", text("it was not tried"))  # nothing is there to try
        try:
            plan = make_plan(self._host, self._needs, system_mode="access" in well)
            self._announce(plan["uid"])
            self.acted = True
            return carry_out(plan)
        except Unobservable as failure:
            return failure
        except KeyboardInterrupt:
            self._session.say(text("Interrupted: what was tried has been undone."))
            raise

    def _announce(self, uid: int) -> None:
        self._session.say(
            text(
                "Now it is tried, and undone again: opening /dev/kvm, connecting in both modes, "
                "and an image, a network and a guest called {name}.",
                name=trial_name(uid),
            )
        )


class _Progress:
    """Names the probe under way on a terminal, once the run takes long enough to wonder."""

    def __init__(self, session: Session, host: LiveHost) -> None:
        self._session = session
        self._host = host
        self._started = time.monotonic()
        self._shown = False
        style = session.error_style
        self._drawn = session.interactive and not style.plain and not style.ascii

    def begins(self, probe: Probe) -> None:
        """See :class:`tutor.doctor.examine.Observer`."""
        if self._drawn and time.monotonic() - self._started > PATIENCE and not self._host.asking:
            self._shown = True
            self._session.err.write(f"\r\x1b[K… {self._session.error_style.show(probe.name)}")
            self._session.err.flush()

    def clear(self) -> None:
        """Take the name away, so that its line can be written."""
        if self._shown:
            self._shown = False
            self._session.err.write("\r\x1b[K")
            self._session.err.flush()

    def internal_error(self, probe: Probe, error: BaseException) -> str | None:
        """See :class:`tutor.doctor.examine.Observer`."""
        return log_error(f"probe {probe.name}", error)
