"""What every test shares."""

from __future__ import annotations

import signal

from hypothesis import settings

# A loaded machine is slow, and no test asserts speed. Bugs that sixty examples miss are left to more seeds.
settings.register_profile("project", deadline=None, max_examples=60)
settings.load_profile("project")

# What a script starts in the background ignores Ctrl-C (POSIX, 2.11), and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
