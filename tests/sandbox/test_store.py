"""Where sandboxes are: below directories that are root's alone, apart for each user; one worker at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.sandbox.process import MachineError
from tutor.sandbox.store import Store

_HOLD = """
import sys
from pathlib import Path
from tutor.sandbox.store import Store
with Store(Path(sys.argv[1]), 7).locked("lab"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "sandboxes", 7)


def test_users_do_not_meet(tmp_path: Path) -> None:
    environ = {"TUTOR_SANDBOX_DIR": str(tmp_path)}
    assert Store.of({**environ, "SUDO_UID": "1000"}).folder == tmp_path / "1000"
    assert Store.of({**environ, "SUDO_UID": "../x"}).folder == tmp_path / str(os.getuid())
    assert Store.of({}).root == Path("/var/lib/libvirt-tutor/sandboxes")


def test_only_what_could_be_a_sandbox_is_named(store: Store) -> None:
    assert store.names() == []
    store.secure()
    for name in ("lab", "demo", ".lab.lock", "Notes", "-x"):
        (store.folder / name).mkdir()
    assert store.names() == ["demo", "lab"]


def test_a_directory_others_may_write_to_is_refused(store: Store) -> None:
    store.secure()
    store.folder.chmod(0o777)
    with pytest.raises(MachineError, match="not root's alone"):
        store.secure()


def test_a_link_in_the_place_of_one_is_refused(store: Store, tmp_path: Path) -> None:
    store.root.mkdir()
    store.folder.symlink_to(tmp_path)
    with pytest.raises(MachineError, match="not root's alone"), store.locked("lab"):
        pass


def test_a_lock_that_is_a_link_is_not_followed(store: Store, tmp_path: Path) -> None:
    store.secure()
    (store.folder / ".lab.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"), store.locked("lab"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_one_works_at_a_time_and_a_killed_one_lets_go(store: Store) -> None:
    store.secure()
    assert not store.busy("lab")
    argv = [sys.executable, "-c", _HOLD, str(store.root)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert store.busy("lab")
        assert not store.busy("other")
        waits: list[bool] = []

        def waiting() -> None:
            waits.append(True)
            holder.kill()

        with store.locked("lab", waiting):
            assert waits == [True]
    assert not store.busy("lab")
