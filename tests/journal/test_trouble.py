"""Full disks, quotas, wrong owners, things in the way: one JournalError, and nothing half-written."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journal.processes import become_nobody, can_mount, python, run
from tutor.journal.errors import JournalError
from tutor.journal.journal import Journal
from tutor.journal.verify import verify

OPERATIONS: dict[str, Callable[[Journal], object]] = {
    "append": lambda journal: journal.append("check", {}),
    "answers": Journal.answers,
    "remembered": Journal.remembered,
    "last_check": Journal.last_check,
    "head": Journal.head,
    "verify": lambda journal: verify(journal.path),
}

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
"""

FILL = """
import sys
from pathlib import Path
from tutor.journal.errors import JournalError
from tutor.journal.journal import Journal
from tutor.journal.verify import verify

journal = Journal(Path(sys.argv[1]) / "state/journal.jsonl")
written = 0
try:
    while written < 1000:
        journal.append("check", {"filler": "x" * 3000})
        written += 1
    sys.exit("it never became full")
except JournalError as error:
    assert error.code == sys.argv[2], error.code
    assert error.tip is not None
    print(error.what.render(str))
assert written > 3
content = journal.path.read_bytes()
assert content.endswith(b"}\\n"), content[-50:]
assert verify(journal.path) == []
assert len(list(journal.entries("check"))) == written
"""

REFUSED = """
import sys
from pathlib import Path
from tutor.journal.errors import JournalError
from tutor.journal.journal import Journal
journal = Journal(Path(sys.argv[1]) / sys.argv[3])
try:
    journal.append("check", {})
except JournalError as error:
    assert error.code == sys.argv[2], error.code
else:
    sys.exit("written")
journal.answers()
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach, which pytest's own folders are not."""
    folder = Path(tempfile.mkdtemp(prefix="tutor-journal-"))
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def refused(journal: Journal, operation: str) -> JournalError:
    with pytest.raises(JournalError) as caught:
        OPERATIONS[operation](journal)
    assert caught.value.exit_code == 2
    assert caught.value.tip is not None
    assert caught.value.tip.render(str)
    return caught.value


def test_a_full_disk(tmp_path: Path) -> None:
    """A real ENOSPC where this process may mount, else the limit on a file's size."""
    if can_mount():
        done = python(FILL, str(tmp_path), "disk-full", before=f"mount -t tmpfs -o size=64k none {tmp_path}")
        assert "the disk is full" in done.stdout, done.stderr
    else:
        done = python(LIMITED + FILL, str(tmp_path), "disk-full")
    assert done.returncode == 0, done.stderr


def test_a_file_size_limit(tmp_path: Path) -> None:
    done = python(LIMITED + FILL, str(tmp_path), "disk-full")
    assert done.returncode == 0, done.stderr
    assert "it may not grow any larger" in done.stdout


def test_a_torn_line_is_mended_even_when_the_disk_is_full(journal: Journal, path: Path) -> None:
    journal.append("check", {})
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"kind":"che')

    def append() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 40, resource.RLIM_INFINITY))
        assert refused(journal, "append").code == "disk-full"

    assert run(append) == 0
    assert path.read_bytes() == whole


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize(
    ("number", "code"), [(errno.EDQUOT, "disk-full"), (errno.ENOSPC, "disk-full"), (errno.EIO, "failed")]
)
def test_a_failing_call(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, call: str, number: int, code: str
) -> None:
    """Quotas need a file system made for them; NFS tells of a full disk in fsync at the earliest."""
    path = journal.path
    journal.append("check", {})
    before = path.read_bytes()
    real = os.write

    def half(fd: int, content: bytes) -> int:
        if content.startswith(b'{"kind"') and call == "write":
            return real(fd, content[: len(content) // 2])
        raise OSError(number, "made up")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, half if call == "write" else lambda fd: half(fd, b""))
        assert refused(journal, "append").code == code
    assert path.read_bytes() == before
    journal.append("check", {})
    assert verify(path) == []


def test_an_interrupt_while_writing(journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.append("check", {})
    before = path.read_bytes()

    def interrupt(_fd: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            journal.append("check", {})
    assert path.read_bytes() == before


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("thing", ["folder", "fifo", "socket", "symlink", "dangling", "device"])
def test_something_in_place_of_the_file(tmp_path: Path, operation: str, thing: str) -> None:
    path = tmp_path / "journal.jsonl"
    other = tmp_path / "other"
    if thing == "folder":
        path.mkdir()
    elif thing == "fifo":
        os.mkfifo(path)
    elif thing == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    elif thing == "device":
        path = Path("/dev/null")
    else:
        path.symlink_to(other)
        if thing == "symlink":
            other.write_bytes(b"precious")
    started = time.monotonic()
    assert refused(Journal(path), operation).code == "not-a-file"
    assert time.monotonic() - started < 1
    assert not other.exists() or other.read_bytes() == b"precious"


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"precious")
    for operation in OPERATIONS:
        assert refused(Journal(tmp_path / "state/journal.jsonl"), operation).code == "not-a-folder"
        assert refused(Journal(tmp_path / "state/deeper/journal.jsonl"), operation).code == "not-a-folder"
    assert (tmp_path / "state").read_bytes() == b"precious"


def test_a_read_only_folder(open_folder: Path) -> None:
    open_folder.chmod(0o555)

    def append() -> None:
        become_nobody()
        for path in (open_folder / "journal.jsonl", open_folder / "state/journal.jsonl"):
            error = refused(Journal(path), "append")
            assert error.code == "not-permitted"
            assert error.tip is not None
            assert "sudo chown" in error.tip.render(str)
            assert Journal(path).answers() == {}

    assert run(append) == 0
    assert list(open_folder.iterdir()) == []


def test_a_journal_of_another_user(open_folder: Path) -> None:
    path = open_folder / "journal.jsonl"
    Journal(path).append("check", {})
    before = path.read_bytes()
    path.chmod(0o000 if os.geteuid() else 0o600)

    def use() -> None:
        become_nobody()
        for operation in OPERATIONS:
            assert refused(Journal(path), operation).code == "not-permitted"

    assert run(use) == 0
    path.chmod(0o600)
    assert path.read_bytes() == before


def test_a_folder_that_may_not_be_entered(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(0o000 if os.geteuid() else 0o700)

    def use() -> None:
        become_nobody()
        for operation in OPERATIONS:
            assert refused(Journal(closed / "state/journal.jsonl"), operation).code == "not-permitted"

    assert run(use) == 0


def test_a_read_only_file_system(tmp_path: Path) -> None:
    """A real one where this process may mount; else procfs, which takes no new files either."""
    if can_mount():
        done = python(
            REFUSED, str(tmp_path), "read-only", "state/j", before=f"mount -t tmpfs -o ro none {tmp_path}"
        )
    else:
        done = python(REFUSED.replace("error.code ==", "error.code !="), "/proc", "written", "j")
    assert done.returncode == 0, done.stderr


def test_the_wait_for_the_lock_is_bounded(journal: Journal, path: Path) -> None:
    journal.append("check", {})
    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        started = time.monotonic()
        error = refused(Journal(path, wait=0.2), "append")
        assert 0.2 <= time.monotonic() - started < 1
        assert error.code == "in-use"
        assert "0.2 seconds" in error.what.render(str)
        assert verify(path) == [], "readers do not wait"
    finally:
        os.close(fd)
    journal.append("check", {})
    assert verify(path) == []


def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with pytest.raises(JournalError) as caught:
        Journal.of({})
    assert caught.value.code == "no-home"
    assert caught.value.tip is not None


def test_the_journal_of_an_environment(tmp_path: Path) -> None:
    journal = Journal.of({"XDG_STATE_HOME": str(tmp_path)})
    assert journal.path == tmp_path / "libvirt-tutor" / "journal.jsonl"
