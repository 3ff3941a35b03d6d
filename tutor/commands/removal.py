"""Taking away what the course created: listed, asked for, done one by one, and looked at after each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

from tutor.baseline.differences import differences
from tutor.baseline.look import look, look_behind, look_beside
from tutor.baseline.plan import Operation, Plan
from tutor.baseline.plan_files import may_back_a_disk
from tutor.baseline.planner import plan, staying
from tutor.baseline.records import Baseline
from tutor.baseline.records import Machine as Seen
from tutor.baseline.store import BaselineError, load
from tutor.baseline.things import Thing, things_of
from tutor.commands.check import announce
from tutor.commands.progress import log_error
from tutor.commands.session import Session
from tutor.dataclass import dataclass, field, replace
from tutor.errors import UsageError
from tutor.host.aside import take
from tutor.host.firewall import Firewall, firewall
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.inventory import inventory
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.question import Unobservable
from tutor.output import interface
from tutor.output.removal import plan_document, render_ending, render_operation, render_plan
from tutor.text import Text, text

REMAINS, UNSEEN = 1, 3
#: Looks at the machine for which one process that asks libvirt serves.
_LOOKS = 8
_YES = ("y", "yes", "j", "ja")


@dataclass
class Removal:
    """One run of cleaning up.

    :param chosen: what is to be taken away; the machine is looked at for all of the course's things.
    """

    session: Session
    baseline: Baseline
    things: Sequence[Thing]
    chosen: Sequence[Thing]
    machine: Machine
    _firewall: Firewall | None = field(default=None)
    _looks: int = field(default=0)

    def plan(self, *, firewall_too: bool = True) -> tuple[Plan, Seen]:
        """What is to be done on the machine as it is now, and how that is.

        :param firewall_too: read the firewall anew: that needs sudo.
        :raises BaselineError: when libvirt cannot be asked.
        """
        self._be_patient()
        host = LiveHost(self.machine, log_error)
        uses = self.session.course.uses
        if "firewall" in uses and (firewall_too or self._firewall is None):
            self._firewall = host.observe(firewall()).value
        now = look(host, self.things, uses=uses, refresh=True, seen_firewall=self._firewall)
        if now["libvirt"] is None and not now["absent"]:
            raise _unseen(host)
        writes = "libvirt" in uses and _may_write(host)
        before = self.baseline["machine"]
        if "libvirt" in uses:
            look_beside(host, now, _unseen_folders(before, now, pools_are_fresh=writes))
        rests = look_behind(
            host, now, {one["uuid"]: one["files"] for one in staying(before, now, self.chosen)}
        )
        sudo = "" if os.geteuid() == 0 else "sudo "
        virsh = f"{'' if writes else sudo}virsh -c {SYSTEM}"
        return plan(before, now, self.chosen, rests, virsh=virsh, sudo=sudo), now

    def _be_patient(self) -> None:
        """Ask libvirt from a new process now and then: each waits for it a few seconds in all."""
        self._looks += 1
        if self._looks % _LOOKS == 0:
            self.machine.shared("aside", take).close()
            self.machine = replace(self.machine, _shared={})


def begin(session: Session) -> Removal:
    """The run, as far as the whole course.

    :raises BaselineError: when there is no baseline, or none that can be used.
    :raises UsageError: where there is no such machine.
    """
    if sys.platform != "linux":
        raise UsageError(text("this works on the machine of the course only"), text("Run it there."))
    baseline = load(os.environ, session.course.id, session.course.uses)
    if baseline is None:
        raise BaselineError(
            text("This machine has no baseline yet, so it is not known what was on it before the course."),
            text("It is recorded by the first command that looks at the machine: tutor check"),
        )
    machine = Machine(ask_password=announce(session) if session.interactive else None)
    things = things_of(session.course, session.values, machine.home)
    return Removal(session, baseline, things, things, machine)


def run(removal: Removal, title: Text, notes: Sequence[Text], *, yes: bool, dry_run: bool) -> int:
    """List what goes and what stays, ask once, and do it.

    :param title: the heading of the list.
    :param notes: sentences that belong before the question.
    :returns: 0 done or nothing to do, 1 something remains, 2 not confirmed, 3 not all could be seen.
    """
    session = removal.session
    # A step of questions alone is on no machine.
    first = removal.plan()[0] if removal.chosen else Plan()
    if session.options.format == "json":
        if not dry_run:
            raise UsageError(text("--format json lists, and wants --dry-run"), text("Add it."))
        interface.write(plan_document(first, session.translate), session.out, "json")
        return _code(first)
    since = removal.baseline["taken"]
    shown = render_plan(first, session.translate, session.style, title=title, since=since, notes=notes)
    interface.write(shown, session.out, "text")
    if dry_run or not first.operations:
        return _code(first)
    if not yes:
        _ask(session, first)
    return _carry_out(removal, first)


def _ask(session: Session, first: Plan) -> None:
    """The one question.

    :raises UsageError: when the answer is no, or nobody is there to answer.
    """
    again = text("Look first with --dry-run; go ahead without being asked with --yes.")
    if not session.interactive:
        raise UsageError(text("Nothing was taken away: nobody is there to be asked."), again)
    question = text("Do these {count} things, in this order? [y/N]", count=len(first.operations))
    session.err.write(session.error_style.show(question.render(session.translate)) + " ")
    session.err.flush()
    if sys.stdin.readline().strip().lower() not in _YES:
        raise UsageError(text("Nothing was taken away."), again)


def _carry_out(removal: Removal, first: Plan) -> int:
    """Do what was agreed to, and nothing else: the plan is made anew before each, from what is there then."""
    from tutor.actions.terminal import run_on_terminal

    session = removal.session
    agreed = {operation.key for operation in first.operations}
    environ = {**os.environ, "PATH": removal.machine.path}
    current = first
    while todo := [one for one in current.operations if one.key in agreed]:
        operation = todo[0]
        _show(session, operation)
        code = run_on_terminal(["sh", "-c", operation.command], environ)
        current, now = removal.plan(firewall_too=_is_of_firewall(operation))
        if any(one.key == operation.key for one in current.operations):
            return _stopped(session, operation, code, current)
        agreed.discard(operation.key)
    current, now = removal.plan()
    found = differences(removal.baseline["machine"], now) if removal.chosen is removal.things else ()
    interface.write(render_ending(current, found, session.translate, session.style), session.out, "text")
    return _code(current)


def _show(session: Session, operation: Operation) -> None:
    interface.write(render_operation(operation, session.translate, session.style), session.out, "text")


def _stopped(session: Session, operation: Operation, code: int, left: Plan) -> int:
    session.say(
        text(
            "Stopped: {thing} is still there (exit code {code}). Still to be done: {count}. "
            "Run the same command again to go on.",
            thing=operation.thing,
            code=code,
            count=len(left.operations),
        )
    )
    return REMAINS


def _is_of_firewall(operation: Operation) -> bool:
    return operation.key.startswith(("table ", "rule "))


def _code(found: Plan) -> int:
    if found.unseen:
        return UNSEEN
    return REMAINS if found.remains else 0


def _unseen_folders(before: Seen, now: Seen, *, pools_are_fresh: bool) -> Iterator[str]:
    """Where files lie that may go, and that a disk may rest on which no pool tells of."""
    pools = now["libvirt"]["pools"] if now["libvirt"] and pools_are_fresh else []
    told = {volume["path"] for pool in pools for volume in pool["volumes"]}
    for path, there in now["places"].items():
        known = before["places"].get(path)
        candidate = there["there"] and known is not None and known["there"] is False
        if candidate and may_back_a_disk(path) and path not in told:
            yield os.path.dirname(path)


def _may_write(host: LiveHost) -> bool:
    try:
        return host.ask(connection(SYSTEM, "write"))["open"]
    except Unobservable:
        return False


def _unseen(host: LiveHost) -> BaselineError:
    failure = host.observe(inventory(SYSTEM, refresh=True)).failure
    why = failure.message if failure else text("no answer")
    fix = ", ".join(failure.fix) if failure and failure.fix else "tutor doctor"
    return BaselineError(
        text("Nothing was taken away from here on: {why}", why=why), text("Look at: {command}", command=fix)
    )
