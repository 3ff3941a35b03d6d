"""Sources that look at files and folders, and at who the users are."""

from __future__ import annotations

import contextlib
import grp
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults.asking import ask
from tests.faults.hanging import SHORT
from tests.faults.people import nobody
from tests.faults.programs import LOOKS as LOOKS_OF_PROGRAMS
from tests.faults.programs import Bench
from tests.faults.table import Family, Row, cases
from tutor.host import elsewhere, reach
from tutor.host.documents import document
from tutor.host.entries import entry
from tutor.host.files import file_status, file_text, link_target, listing
from tutor.host.image_folders import backing_in
from tutor.host.images import image
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.programs import program
from tutor.host.question import Question, Unobservable
from tutor.host.reach import way
from tutor.host.room import space
from tutor.host.security import label
from tutor.host.source import SOURCES
from tutor.host.users import group, user

Answer = Any


@dataclass(frozen=True)
class Look:
    """A source that looks at a path in a folder of the test's.

    :param missing: the answer where nothing lies at the path.
    :param denied: what the answer comes to where this user may not look into the folder.
    """

    ask: Callable[[str], Question[Any]]
    missing: Callable[[Answer], bool]
    denied: Callable[[Answer], bool]
    missing_said: str = "there is none"
    denied_said: str = "unknown: `not-permitted`"


def _is(expected: Any) -> Callable[[Answer], bool]:
    return partial(_equal, expected)


def _equal(expected: Any, answer: Answer) -> bool:
    return bool(answer == expected)


_NO = _is("not-permitted")

LOOKS: dict[str, Look] = {
    "file": Look(file_status, _is(None), _NO),
    "file-text": Look(file_text, _is(None), _NO),
    "link": Look(link_target, _is(None), _NO),
    "folder": Look(listing, _is(None), _NO),
    "entry": Look(entry, _is(None), _NO),
    "document": Look(document, _is(None), _NO),
    "selinux-label": Look(label, _is(None), _NO),
    "space": Look(
        space,
        lambda answer: answer["total"] > 0,
        lambda answer: answer == "not-permitted" or answer["total"] > 0,
        "the room of the nearest folder above that is there",
        "the room of the nearest folder that may be entered",
    ),
    "way": Look(
        way,
        lambda answer: answer["complete"] or answer["steps"],
        lambda answer: not answer["complete"],
        "the way as far as there are folders",
        "the way as far as it can be seen, and that it goes on",
    ),
    "program": Look(
        lambda path: program(os.path.basename(path)),
        _is(None),
        _is(None),
        denied_said="there is none that this user can start: shells say so too",
    ),
}

_REPLACED: dict[str, tuple[str, Callable[[Answer], bool]]] = {
    "file": ("a FIFO: its kind is told", lambda answer: answer["kind"] == "fifo"),
    "file-text": ("unknown: `not-a-file`, at once", _is("not-a-file")),
    "document": ("unknown: `not-a-file`, at once", _is("not-a-file")),
    "link": ("it is no link", _is(None)),
    "folder": ("it is no folder", _is(None)),
    "entry": ("a FIFO: its kind is told", lambda answer: answer["kind"] == "fifo"),
    "selinux-label": ("it has none", _is(None)),
    "space": ("the room where it lies", lambda answer: answer["total"] > 0),
    "way": ("the way to it", lambda answer: answer["complete"]),
    "program": ("no program", _is(None)),
}

_LIES: dict[str, tuple[str, str, Callable[[Answer], bool]]] = {
    "file": ("a name of 5,000 letters", "unknown: `unreadable`", _is("unreadable")),
    "file-text": (
        *("bytes that are no text; a tebibyte of nothing", "shown as replacements; unknown: `too-large`"),
        lambda answer: answer == "too-large" or "\ufffd" in answer["text"],
    ),
    "document": (
        *("bytes that are no text; a tebibyte of nothing", "no XML, with the line; unknown: `too-large`"),
        lambda answer: answer == "too-large" or not answer["well_formed"],
    ),
    "link": ("it leads to itself", "where it points, as written in it", bool),
    "folder": ("names that are no text", "all names, such bytes kept", lambda answer: len(answer) == 1),
    "entry": ("it leads to itself", "a link: not followed", lambda answer: answer["kind"] == "other"),
    "selinux-label": ("it leads to itself", "it has none", _is(None)),
    "space": ("it leads to itself", "unknown: `unreadable`", lambda a: a == "unreadable" or a["total"] > 0),
    "way": ("it leads to itself", "the way as far as there are folders", lambda answer: answer["steps"]),
    "program": ("a folder, and a text without leave to run it", "no program", _is(None)),
}

HANGS = {
    (name, "hangs"): (
        "the file system does not answer (one in user space whose server sleeps)"
        if name not in ("user", "group")
        else "a name service does not answer (nsswitch.conf names one that sleeps)",
        "unknown: `timed-out`",
    )
    for name in (*LOOKS, "image", "images.backing", "user", "group")
}


def _alone(source: str, fault: str, done: str, answer: str, test: str) -> Row:
    return Row(source, fault, done, answer, f"tests/faults/test_files.py::{test}")


_WRONG = "{0} lies there: {1}"
FAMILY = Family(
    "Files, folders and users",
    "A local file system answers at once. Where a file system of another machine or program is mounted, or "
    "another machine is asked who the users are, a look has 10 seconds, and after one in vain 1 second.",
    (
        *cases(__name__, "test_lies", {(n, "lies"): (done, said) for n, (done, said, _) in _LIES.items()})[0],
        *cases(__name__, "test_hangs", HANGS)[0],
        *cases(
            __name__,
            "test_missing",
            {
                (name, "missing"): ("nothing lies at the path", look.missing_said)
                for name, look in LOOKS.items()
            },
        )[0],
        *cases(
            __name__,
            "test_denied",
            {
                (name, "denied"): ("the folder may not be entered by this user", look.denied_said)
                for name, look in LOOKS.items()
            },
        )[0],
        *cases(
            __name__,
            "test_replaced",
            {
                (name, "changes"): ("a FIFO takes the file's place while it is looked at", said)
                for name, (said, _) in _REPLACED.items()
            },
        )[0],
        _alone(
            *("image", "changes", "the image is taken away between the look at its kind and at its content"),
            *("unknown: `failed`", "test_an_image_that_goes"),
        ),
        _alone(
            *("images.backing", "changes", "an image is taken away after the folder was listed"),
            *("it is left out: it is gone", "test_images_that_go"),
        ),
        _alone(
            *("image", "denied", "sudo lies about an image that only root can see"),
            *("unknown: `malformed`", "test_sudo_lies_about_an_image"),
        ),
        _alone(
            *("images.backing", "lies", "find lists names that are no text, or half a list"),
            *("unknown: `malformed`", "test_find_lies"),
        ),
        _alone(
            *("user", "lies", "the user database has fields that are no text"),
            *("its names, such bytes kept", "test_a_user_database_that_lies"),
        ),
        _alone(
            *("user", "missing", "this user id has no entry in the user database"),
            *("unknown: `no-such-user`", "test_no_such_user"),
        ),
        _alone(
            *("user", "denied", "/etc/passwd may not be read by this user"),
            *("unknown: `not-permitted`", "test_a_user_database_of_others"),
        ),
        _alone(
            *("user", "changes", "the user is put into a group between two questions of a run"),
            *("one run has one answer", "test_users_and_groups_that_change"),
        ),
        _alone(
            *("group", "lies", "the group's members are no users; its name is asked with a NUL"),
            *("the members as listed; no such group", "test_a_group_database_that_lies"),
        ),
        _alone(
            *("group", "missing", "there is no group of that name, and no /etc/group"),
            *("there is none", "test_no_such_group"),
        ),
        _alone(
            *("group", "denied", "/etc/group may not be read by this user"),
            *("unknown: `not-permitted`", "test_a_group_database_of_others"),
        ),
        _alone(
            *("group", "changes", "the user is put into the group between two questions of a run"),
            *("one run has one answer", "test_users_and_groups_that_change"),
        ),
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A path in a folder that anybody may reach."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder / "x"


@pytest.mark.parametrize("case", [(name, "lies") for name in _LIES], ids="-".join)
def test_lies(case: tuple[str, str], path: Path) -> None:
    name, sound = case[0], _LIES[case[0]][2]
    asked, states = path, list[Callable[[], object]]()
    if name == "file":
        asked = Path("/" + "x" * 5000)
        states = [lambda: None]
    elif name in ("file-text", "document"):
        states = [lambda: path.write_bytes(b"<\xff\xfe>"), lambda: os.truncate(path, 2**40)]
    elif name == "folder":
        states = [lambda: os.makedirs(os.fsencode(path) + b"/\xff")]
    elif name == "program":
        states = [path.mkdir, path.rmdir, lambda: path.touch(mode=0o644)]
    else:
        states = [lambda: path.symlink_to("x")]
    for make in states:
        make()
        answer = ask(LOOKS[name].ask(str(asked)), PATH=str(path.parent))
        assert sound(answer), answer


@pytest.mark.parametrize("case", [(name, "missing") for name in LOOKS], ids="-".join)
def test_missing(case: tuple[str, str], path: Path) -> None:
    look = LOOKS[case[0]]
    assert look.missing(ask(look.ask(str(path)), PATH=str(path.parent)))


@pytest.mark.parametrize("case", [(name, "denied") for name in LOOKS], ids="-".join)
def test_denied(case: tuple[str, str], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = LOOKS[case[0]]
    monkeypatch.setattr(reach, "_account", lambda: ("qemu", 64055, [64055]))
    path.touch(mode=0o755)
    path.parent.chmod(0)
    with nobody():
        # What is looked at in a process of its own has to be somebody else's there too.
        assert look.denied(_here(look.ask(str(path)), PATH=str(path.parent)))
    path.parent.chmod(0o755)


def _here(question: Question[Any], **environ: str) -> Answer:
    (answer,) = SOURCES[question.source].observe(Machine(environ), [question.args]).values()
    return answer.reason if isinstance(answer, Unobservable) else answer


@pytest.mark.parametrize("case", [(name, "changes") for name in _REPLACED], ids="-".join)
def test_replaced(case: tuple[str, str], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a FIFO, as soon as it was looked at; nobody waits for a writer."""
    real = os.stat
    path.write_text("x")

    def stat(asked: Any, **options: Any) -> os.stat_result:
        found = real(asked, **options)
        if asked == str(path) and path.is_file():
            path.unlink()
            os.mkfifo(path)
        return found

    monkeypatch.setattr(os, "stat", stat)
    question = LOOKS[case[0]].ask(str(path))
    first = _here(question, PATH=str(path.parent))
    assert case[0] != "file-text" or first == "not-a-file"
    if path.is_file():  # it was looked at by other means
        path.unlink()
        os.mkfifo(path)
    assert _REPLACED[case[0]][1](_here(question, PATH=str(path.parent)))


# What waits for others: in a process that has mounts of its own.

_NAME_SERVICE = """
#include <nss.h>
#include <unistd.h>
#define SLEEPS(name) enum nss_status _nss_silent_##name(void) { sleep(30); return NSS_STATUS_UNAVAIL; }
SLEEPS(getgrnam_r) SLEEPS(getgrgid_r) SLEEPS(getpwuid_r) SLEEPS(getpwnam_r) SLEEPS(initgroups_dyn)
"""


@pytest.fixture(scope="module")
def hung(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[str, float]]:
    """Why there was no answer to each question, and after how many seconds that was said."""
    folder = tmp_path_factory.mktemp("hung")
    (folder / "silent").mkdir()
    (folder / "nsswitch.conf").write_text("passwd: silent files\ngroup: silent files\n")
    library = str(folder / "libnss_silent.so.2")
    compile_it = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library]
    subprocess.run(compile_it, input=_NAME_SERVICE, text=True, check=True, timeout=60)
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    words = [str(folder / "silent"), str(folder / "nsswitch.conf")]
    done = subprocess.run(
        [*unshare, "timeout", "-s", "KILL", "50", sys.executable, "-m", "tests.faults.hanging", *words],
        env={**os.environ, "LD_LIBRARY_PATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return {name: tuple(seen) for line in done.stdout.splitlines() for name, seen in json.loads(line).items()}


@pytest.mark.parametrize("case", HANGS, ids="-".join)
def test_hangs(case: tuple[str, str], hung: Mapping[str, tuple[str, float]]) -> None:
    reason, seconds = hung[case[0]]
    assert reason == "timed-out"
    assert seconds < SHORT + 2


@pytest.mark.parametrize(
    ("mounts", "services", "waits"),
    [
        ("25 1 8:1 / / rw - ext4 /dev/sda1 rw", "passwd: files systemd", False),
        ("25 1 0:9 / /home rw shared:1 - nfs4 lab:/home rw", "", True),
        ("25 1 0:9 / /mnt rw - fuse.sshfs lab: rw", "", True),
        ("25 1 0:9 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw", "", False),
        ("25 1 0:9 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw", "", False),
        ("nonsense", "", True),
        ("", "group: files [SUCCESS=merge] systemd\nhosts: files dns", False),
        ("", "passwd: files sss", True),
        ("", "# passwd: ldap", False),
    ],
)
def test_who_waits_for_others(
    mounts: str, services: str, waits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in (("MOUNTS", mounts), ("NAME_SERVICES", services)):
        (tmp_path / name).write_text(content)
        monkeypatch.setattr(elsewhere, name, str(tmp_path / name))
    assert elsewhere.waits_for_others() is waits


def test_a_question_in_vain_is_followed_by_shorter_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that does not answer costs a run one limit, not one for each file."""
    source = SOURCES["file"]
    silent = threading.Event()

    def look(_machine: Machine, wanted: Sequence[Any]) -> dict[Any, Any]:
        silent.wait(5)
        return dict.fromkeys(wanted)

    monkeypatch.setitem(SOURCES, "file", replace(source, observe=look))
    monkeypatch.setattr("tutor.host.live.LIMIT", 1.0)
    monkeypatch.setattr("tutor.host.live.AFTER_SILENCE", 0.25)
    machine = Machine({})
    machine.shared("elsewhere", lambda: True)
    host, began = LiveHost(machine), time.monotonic()
    assert [ask(file_status(f"/{name}"), host) for name in "abc"] == ["timed-out"] * 3
    assert time.monotonic() - began < 2.5
    silent.set()


# Images.


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


_GONE = "qemu-img: Could not open 'file:a': Could not open 'a': No such file or directory"


def test_an_image_that_goes(bench: Bench) -> None:
    path = bench.images / "a.qcow2"
    bench.make("qemu-img", f'rm {path}; echo "{_GONE}" >&2; exit 1')
    assert ask(image(str(path)), LiveHost(bench.machine())) == "failed"


def test_images_that_go(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.make("qemu-img", LOOKS_OF_PROGRAMS["image"].well)
    real = os.scandir

    def scandir(folder: str) -> Any:
        found = real(folder)
        entries = list(found)
        found.close()
        (bench.images / "a.qcow2").unlink()
        return contextlib.nullcontext(entries)

    (bench.images / "b.qcow2").touch()
    monkeypatch.setattr(os, "scandir", scandir)
    found = ask(backing_in(str(bench.images)), LiveHost(bench.machine()))
    assert found == {f"{bench.images}/b.qcow2": f"{bench.images}/b"}


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Where nobody can run programs, and not see the images."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        bench = Bench(Path(folder), monkeypatch)
        (bench.images.parent / "calls").chmod(0o666)
        bench.images.chmod(0)
        yield bench


def test_sudo_lies_about_an_image(others: Bench) -> None:
    for said in ("", "nonsense", "-", "81g4"):
        others.make("sudo", f"echo '{said}'")
        with nobody():
            assert _look(others, image(f"{others.images}/a.qcow2")) == "malformed"


@pytest.mark.parametrize("said", [r"/a/\377\0", r"/a/b\0/a/", r"nonsense\0"])
def test_find_lies(others: Bench, said: str) -> None:
    others.make("sudo", f"printf '{said}'")
    with nobody():
        assert _look(others, backing_in(str(others.images))) == "malformed"


def _look(bench: Bench, question: Question[Any]) -> Answer:
    (answer,) = SOURCES[question.source].observe(bench.machine(), [question.args]).values()
    return answer.reason if isinstance(answer, Unobservable) else answer


# Users and groups: in a process that has a user database of its own.


def as_others_say(folder: Path, question: str, uid: int = 0, **files: bytes | None) -> Answer:
    """The answer where these files of /etc are what is given; None is what only root may read.

    :param uid: who asks.
    """
    script = f"mount -t tmpfs none {folder} && cp /etc/passwd /etc/group {folder} && "
    for name, content in files.items():
        (folder.parent / name).write_bytes(content or b"")
        script += f"cp {folder.parent}/{name} {folder}/{name} && "
        script += f"chmod {'0' if content is None else '644'} {folder}/{name} && "
    script += f"for one in passwd group; do mount --bind {folder}/$one /etc/$one; done && exec "
    ask_it = (
        "import json; from tutor.host.live import LiveHost; from tutor.host.machine import Machine; "
        "from tutor.host.users import user, group; "
        f"seen = LiveHost(Machine({{}})).observe({question}); "
        "print(json.dumps(seen.failure.reason if seen.failure else seen.value))"
    )
    whom = ["setpriv", "--reuid", str(uid), "--clear-groups"] if uid else []
    words = shlex.join([*whom, sys.executable, "-c", ask_it])
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    done = subprocess.run(
        [*unshare, "sh", "-ec", script + words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir()
    return folder


#: systemd's name service knows root and nobody without a file (nss-systemd(8)).
NO_USER = 4242
ROOT = b"root:x:0:0:\xff\xfe:/root:/bin/\xff\nnonsense\n::::::\n"


def test_a_user_database_that_lies(etc: Path) -> None:
    seen = as_others_say(etc, "user()", passwd=ROOT)
    assert seen["name"] == "root"
    assert seen["shell"] == "/bin/\udcff"


def test_no_such_user(etc: Path) -> None:
    assert as_others_say(etc, "user()", NO_USER, passwd=b"other:x:1:1::/:/bin/sh\n") == "no-such-user"


def test_a_user_database_of_others(etc: Path) -> None:
    assert as_others_say(etc, "user()", NO_USER, passwd=None) == "not-permitted"


def test_a_group_database_that_lies(etc: Path) -> None:
    content = b"nonsense\nkvm:x:108:\xff,nobody-at-all,,\n::::\n"
    seen = as_others_say(etc, "group('kvm')", group=content)
    assert seen == {"name": "kvm", "gid": 108, "members": ["nobody-at-all", "\udcff"]}
    assert ask(group("a\0b")) is None


def test_no_such_group(etc: Path) -> None:
    assert as_others_say(etc, "group('kvm')", group=b"") is None


def test_a_group_database_of_others(etc: Path) -> None:
    assert as_others_say(etc, "group('kvm')", NO_USER, group=None) == "not-permitted"


def test_users_and_groups_that_change(monkeypatch: pytest.MonkeyPatch) -> None:
    host = LiveHost(Machine({}))
    before = ask(group("root"), host), ask(user(), host)
    other = grp.struct_group(("root", "x", 0, ["somebody"]))
    monkeypatch.setattr(grp, "getgrnam", lambda _name: other)
    monkeypatch.setattr(os, "getgrouplist", lambda *_: [0, 1, 2])
    assert (ask(group("root"), host), ask(user(), host)) == before
    assert ask(group("root")) != before[0]
