"""The binding is loaded by several threads of one process, and may be there without what it needs."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from tutor.host.libvirt.connection import load_binding
from tutor.host.question import Unobservable

#: As the binding where libvirt0 is missing: it takes a moment to find that out.
_BROKEN = """
import time
time.sleep(0.2)
raise ImportError("libvirt.so.0: cannot open shared object file")
"""


def test_nobody_is_given_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python gives a thread that waits for another's import the module as it is, also when that fails."""
    (tmp_path / "libvirt.py").write_text(_BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "libvirt", raising=False)
    reasons: list[str] = []

    def load() -> None:
        try:
            load_binding()
        except Unobservable as failure:
            reasons.append(failure.reason)
        except Exception as error:  # noqa: BLE001 - what the test is about
            reasons.append(repr(error))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reasons == ["binding-missing"] * 4
