"""The machine as it is looked at again and again: what is costly to begin stays."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from tutor.dataclass import dataclass, field
from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.text import Text
from tutor.watch.ruleset import READS, Ruleset

_beginning = threading.Lock()


@dataclass(slots=True)
class WatchedMachine(Machine):
    """One look's view of the machine.

    :param ruleset: reads the firewall's rules without sudo being asked each time.
    """

    ruleset: Ruleset = field(kw_only=True)

    def run_as_root(self, argv: Sequence[str], purpose: Text) -> Completed:
        """See :meth:`Machine.run_as_root`."""
        what = READS.get(tuple(argv))
        if what is None:
            return Machine.run_as_root(self, argv, purpose)
        with _beginning:
            if not self.ruleset.runs:
                self.ruleset.begin(self, purpose)
            return self.ruleset.read(what)
