"""The machine as it is looked at again and again: what is costly to begin stays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from tutor.dataclass import dataclass, field
from tutor.host.aside import Aside
from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.text import Text
from tutor.watch.ruleset import READS, Ruleset

_beginning = threading.Lock()


@dataclass(slots=True)
class WatchedMachine(Machine):
    """One look's view of the machine.

    :param ruleset: reads the firewall's rules without sudo being asked each time.
    :param begin_aside: the process that looks at libvirt, begun at the first question for it.
    """

    ruleset: Ruleset = field(kw_only=True)
    begin_aside: Callable[[], Aside] = field(kw_only=True)

    def shared(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """See :meth:`Machine.shared`; the process that looks at libvirt is shared by all looks."""
        return Machine.shared(self, key, self.begin_aside if key == "aside" else make)

    def run_as_root(self, argv: Sequence[str], purpose: Text) -> Completed:
        """See :meth:`Machine.run_as_root`."""
        what = READS.get(tuple(argv))
        if what is None:
            return Machine.run_as_root(self, argv, purpose)
        with _beginning:
            if not self.ruleset.runs:
                self.ruleset.begin(self, purpose)
            return self.ruleset.read(what)
