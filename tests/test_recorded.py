"""Recorded machines: what each comes to, from its recording alone; and recordings that are none."""

from __future__ import annotations

import copy
import io
import json
import os
import resource
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.commands.check import check
from tutor.commands.session import Options, Session
from tutor.errors import UserError
from tutor.host.files import file_text
from tutor.host.question import Question, Unobservable
from tutor.host.recorded import LARGEST, RecordedHost, Recording, load, write
from tutor.output.interface import FORMATS, FormatName
from tutor.text import text

FOLDER = Path(__file__).parent / "recordings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))

#: What the golden verdicts are about: of those who are not yet there, only how far they have come.
LESSONS = ("intro", "modes", "install", "tools", "disks", "domains")
WHOLE = ("done", "done-debian-13-iptables", "done-debian-13-nftables", "wrong-memory-and-card")
#: The machines of the tests are containers without /dev/kvm, and have no display for virt-manager.
EVERYWHERE = {
    "install/cpu/flags": "no-nesting",
    "install/cpu/device": "in-container",
    "domains/virt-manager/domain": "missing",
}
#: The second half of the course is not begun.
NOT_BEGUN = {
    "tools/toolbox/quiz": "unanswered",
    "disks/create-qcow2/image": "missing",
    "disks/create-qcow2/quiz": "unanswered",
    "domains/virt-install/domain": "missing",
    "domains/virt-install/quiz": "unanswered",
    "domains/xml/domain": "missing",
    "domains/validate/file": "missing",
    "domains/validate/quiz": "unanswered",
}
#: The code of each check that fails, by recording; what is blocked behind them is not repeated here.
GOLDEN: dict[str, dict[str, str]] = {
    "fresh": {
        "install/cpu/flags": "no-nesting",
        "install/cpu/device": "in-container",
        "intro/role/quiz": "unanswered",
        "intro/overview/quiz": "unanswered",
        "modes/compare/quiz": "unanswered",
        "install/qemu-kvm/programs": "program-missing",
        "install/qemu-kvm/group": "group-missing",
        "install/libvirt/programs": "program-missing",
        "install/libvirt/daemon": "not-installed",
        "install/libvirt/enabled": "not-installed",
        "install/libvirt/group": "group-missing",
        "install/libvirt/uri": "not-set",
        "install/confirm/write": "not-installed",
        "tools/toolbox/programs": "program-missing",
        "tools/toolbox/quiz": "unanswered",
        "disks/create-qcow2/image": "missing",
        "disks/create-qcow2/quiz": "unanswered",
        "domains/virt-install/quiz": "unanswered",
        "domains/validate/file": "missing",
        "domains/validate/quiz": "unanswered",
    },
    "halfway": {**EVERYWHERE, **NOT_BEGUN},
    "group-not-in-session": {**EVERYWHERE, **NOT_BEGUN, "install/qemu-kvm/session": "not-in-session"},
    "transient-network": {**EVERYWHERE, **NOT_BEGUN, "install/default-network/persistent": "transient"},
    "raw-image-and-overridden-uri": {
        **EVERYWHERE,
        **NOT_BEGUN,
        "disks/create-qcow2/image": "wrong-format",
        "install/libvirt/uri": "overridden",
    },
    "done": EVERYWHERE,
    "done-debian-13-iptables": EVERYWHERE,
    "done-debian-13-nftables": EVERYWHERE,
    "wrong-memory-and-card": {
        **EVERYWHERE,
        "domains/virt-install/memory": "wrong-memory",
        "domains/virt-install/nic": "wrong-model",
    },
    "daemon-stopped": {
        "install/cpu/flags": "no-nesting",
        "install/cpu/device": "in-container",
        "install/libvirt/daemon": "stopped",
        "install/confirm/write": "session-only",
    },
}


def tutor(*words: str, env: dict[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, with an environment of nothing but ``env``."""
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words],
        env={"PATH": os.environ["PATH"], **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


def judge(path: Path, format: FormatName = "json", *words: str) -> tuple[int, str]:  # noqa: A002
    """Exit code and document, in this process; the sentence of a refusal instead of a document."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    session = Session(Options(format=format, lang="en", evidence=path), out=out, err=io.StringIO())
    try:
        code = check(session, words)
    except UserError as error:
        return error.exit_code, error.what.render(str)
    buffer = out.buffer
    assert isinstance(buffer, io.BytesIO)
    return code, buffer.getvalue().decode()


def checks_of(document: str) -> list[dict[str, Any]]:
    return [check for step in json.loads(document)["steps"] for check in step["checks"]]


@cache
def recorded(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def test_there_is_a_golden_verdict_for_each() -> None:
    assert sorted(GOLDEN) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str) -> None:
    code, document = judge(FOLDER / f"{name}.json", "json", *(() if name in WHOLE else LESSONS))
    found = {one["id"]: one["code"] for one in checks_of(document) if one["status"] == "fail"}
    assert found == GOLDEN[name]
    assert code == 1
    assert not [one for one in checks_of(document) if one["status"] == "unknown"]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_in_every_format_and_language(name: str) -> None:
    for format in FORMATS:  # noqa: A001
        assert judge(FOLDER / f"{name}.json", format)[0] == 1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_workplace_is_in_it(name: str) -> None:
    content = (FOLDER / f"{name}.json").read_text()
    assert len(content) < 256 * 1024
    assert "/root/" not in content
    assert "/work" not in content
    assert recorded(name)["user"] == "student"


def test_no_local_state(tmp_path: Path) -> None:
    """Another user's home, language and numbers change nothing, and nothing is written."""
    home = tmp_path / "home"
    config = home / ".config/libvirt-tutor/config.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"language": "sv", "variables": {"xml_vm": "another"}}')
    before = sorted(home.rglob("*"))
    words = ("check", "--from", str(FOLDER / "done.json"), "--format", "json", "--lang", "en")
    apart = {"XDG_CACHE_HOME": str(tmp_path / "cache")}  # a cache of the lessons is no state
    here = tutor(*words, env={**apart, "HOME": str(home), "LC_ALL": "sv_SE.UTF-8"})
    nowhere = tutor(*words, env=apart)
    assert here.returncode == nowhere.returncode == 1
    assert sorted(home.rglob("*")) == before
    assert _timeless(here.stdout) == _timeless(nowhere.stdout)
    assert json.loads(here.stdout)["started"] == "2026-01-01T12:00:00+00:00"


def test_another_user_and_a_home_that_cannot_be_read(tmp_path: Path) -> None:
    """A recording is judged by whoever may read it: an instructor, or nobody in particular."""
    copied = tmp_path / "done.json"
    copied.write_bytes((FOLDER / "done.json").read_bytes())
    done = tutor("check", "--from", str(copied), env={"HOME": "/nonexistent", "TUTOR_TEST": "1"})
    assert done.returncode == 1
    assert done.stderr == ""


def test_variables_of_the_command_line_go_before_those_of_the_recording() -> None:
    path = FOLDER / "done.json"
    done = tutor("check", "domains/xml", "--from", str(path), "--var", "xml_vm=other-vm", "--format", "json")
    assert json.loads(done.stdout)["course"]["variables"]["xml_vm"] == "other-vm"
    assert {one["code"] for one in checks_of(done.stdout)} <= {
        "not-recorded",
        "need-unknown",
        "need-failed",
        None,
    }
    assert done.returncode == 3


def test_variables_that_this_course_does_not_have_are_ignored(tmp_path: Path) -> None:
    changed = copy.deepcopy(recorded("done"))
    changed["variables"]["of_another_version"] = "x"
    assert judge(_written(tmp_path, changed))[0] == 1


def test_what_was_not_recorded_is_unknown(tmp_path: Path) -> None:
    changed = {**recorded("done"), "observations": {'no-such-source["x"]': {"value": 1}}}
    code, document = judge(_written(tmp_path, changed))
    found = checks_of(document)
    assert code == 3
    assert {one["status"] for one in found} == {"unknown", "blocked"}
    assert {one["code"] for one in found} == {"not-recorded", "need-unknown"}


def _written(folder: Path, document: Any) -> Path:
    path = folder / "recording.json"
    path.write_text(json.dumps(document))
    return path


def _timeless(document: str) -> Any:
    found = json.loads(document)
    del found["duration_ms"]
    for step in found["steps"]:
        for one in step["checks"]:
            del one["duration_ms"]
    return found


# What is no recording.


def test_cut_off_anywhere(tmp_path: Path) -> None:
    whole = (FOLDER / "done.json").read_bytes()
    path = tmp_path / "cut.json"
    for offset in [*range(0, 300, 7), *range(300, len(whole) - 2, 331)]:
        path.write_bytes(whole[:offset])
        code, said = judge(path)
        assert (code, "no JSON, or cut off" in said) == (2, True), offset


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"7",
        b'"libvirt-tutor"',
        b"{}",
        b'{"recording": "libvirt-tutor"}',
        b'{"recording": "libvirt-tutor", "schema": 2}',
        b'{"recording": "libvirt-tutor", "schema": true}',
        b'{"recording": "libvirt-tutor", "schema": 1.0}',
        b'{"recording": "libvirt-tutor", "schema": 1}',
        b"[" * 1_000_000,
        b'{"a":' * 1_000_000,
        b'{"recording": "libvirt-tutor", "schema": ' + b"1" * 10_000 + b"}",
        b"\xff\xfe\x00\xd8",
        b"\x00" * 1000,
        b"\x7fELF\x02\x01\x01",
    ],
)
def test_no_recording(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert judge(path)[0] == 2


def test_files_that_are_none(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (tmp_path, fifo, Path("/dev/zero"), tmp_path / "missing", Path("/dev/null"), Path("a\0b")):
        code, said = judge(path)
        assert (code, bool(said)) == (2, True), path


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    done = tutor("check", "--from", "/proc/1/mem", "--lang", "en", env={"HOME": str(tmp_path)})
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) < 8


def test_a_gigabyte_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(2**30)
    measured = (
        "import atexit, re, sys\n"
        # Not ru_maxrss, which a new program inherits from whoever started it.
        "status = lambda: open('/proc/self/status').read()\n"
        "atexit.register(lambda: print(re.search(r'VmHWM:\\s+(\\d+)', status())[1]))\n"
        "sys.argv[0] = 'tutor'\n"
        "from tutor.entry import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, "check", "--from", str(path)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    )
    assert done.returncode == 2
    assert int(done.stdout) < 120 * 1024  # KiB; Python and the tool itself take some 40 MiB


def test_the_largest_that_is_read_costs_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "lists"
    path.write_bytes(b"[" + b"[]," * ((LARGEST - 4) // 3) + b"[]]")
    limit = 600 * 2**20

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = tutor("check", "--from", str(path), env={"HOME": str(tmp_path)}, preexec_fn=limited)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_more_than_a_recording_holds_is_not_written() -> None:
    from tutor.host.question import Observation

    seen = Observation('file-text["x"]', {"text": "x" * LARGEST}, None, "read(2)", 0.0, 0.0)
    with pytest.raises(UserError):
        write(Recording("student", "2026-01-01T12:00:00+00:00", {}, {}), [seen], "0")


# Hostile changes to a real one.

_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, as the keys that lead to it."""
    inner: list[tuple[Any, ...]] = []
    if isinstance(value, dict):
        inner = [place for key, item in value.items() for place in _places(item, (*path, key))]
    elif isinstance(value, list):
        inner = [place for key, item in enumerate(value) for place in _places(item, (*path, key))]
    return [path, *inner]


@cache
def _places_of(name: str) -> list[tuple[Any, ...]]:
    return [place for place in _places(recorded(name)) if place]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_wrong_values_anywhere(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever stands where: a whole document, or exit 2 and a sentence."""
    name = data.draw(st.sampled_from(["done", "fresh", "wrong-memory-and-card"]))
    changed = copy.deepcopy(recorded(name))
    for _ in range(data.draw(st.integers(1, 4))):
        _change(changed, data.draw(st.sampled_from(_places_of(name))), data.draw(_JUNK))
    path = _written(tmp_path_factory.getbasetemp(), changed)
    code, document = judge(path, data.draw(st.sampled_from(FORMATS)))
    assert code in (1, 2, 3)
    assert document
    assert "internal-error" not in document


def _change(document: Any, place: tuple[Any, ...], junk: Any) -> None:
    """Put the junk there; earlier changes may have taken the place away."""
    *way, last = place
    try:
        for key in way:
            document = document[key]
        document[last] = junk
    except (KeyError, IndexError, TypeError):
        pass


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, [[]], {"x": 1}, True, "<a", "\ud800"])
def test_every_answer_replaced(tmp_path: Path, junk: Any) -> None:
    changed = copy.deepcopy(recorded("done"))
    for observation in changed["observations"].values():
        observation["value"] = junk
    code, document = judge(_written(tmp_path, changed))
    assert code in (1, 3)
    assert "internal-error" not in document


@pytest.mark.parametrize(
    "xml", ["", "<", "<network/>", "<domain/>", "<a>" * 5000, "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]
)
def test_every_description_replaced(tmp_path: Path, xml: str) -> None:
    changed = copy.deepcopy(recorded("done"))
    for observation in changed["observations"].values():
        value = observation.get("value")
        if isinstance(value, dict) and "xml" in value:
            value["xml"] = value["inactive_xml"] = xml
    code, document = judge(_written(tmp_path, changed))
    assert code == 1
    assert "internal-error" not in document


@pytest.mark.parametrize(
    "observation",
    [
        {},
        {"by": "x"},
        {"value": {"path": 1, "text": "x"}},
        {"value": {"path": "x"}},
        {"value": "x"},
        {"failure": {}},
        {"failure": []},
        {"failure": "x"},
        {"failure": {"reason": "gone", "fix": "rm", "message": "x", "values": {}}},
        {"failure": {"reason": 7, "fix": [], "message": "x", "values": {}}},
        {"failure": {"reason": "gone", "fix": [], "message": "x", "values": {"a": [1]}}},
        {
            "failure": {
                "reason": "gone",
                "fix": [],
                "message": "x",
                "values": {"a": {"message": 1, "values": {}}},
            }
        },
    ],
)
def test_malformed_answers(observation: dict[str, Any]) -> None:
    question = file_text("x")
    host = RecordedHost(Recording("student", "", {}, {}, {question.key: observation}))
    with pytest.raises(Unobservable) as failure:
        host.ask(question)
    assert failure.value.reason == "malformed"


def test_reasons_come_back_whole(tmp_path: Path) -> None:
    """A text in a text in a text: live and recorded say the same, in any language."""
    from tutor.host.question import Observation

    inner = text("{a} and {b}", a=text("one {n}", n=text("two")), b=3)
    failure = Unobservable("timed-out", text("{x} failed", x=inner), ("sudo -v",))
    seen = Observation('x["1"]', None, failure, "by", 0.0, 0.0)
    path = tmp_path / "recording"
    path.write_bytes(write(Recording("å", "2026-01-01T12:00:00+00:00", {}, {}), [seen], "0"))
    with pytest.raises(Unobservable) as found:
        RecordedHost(load(str(path))).ask(Question("x", str, ("1",)))
    assert found.value.message.render(str) == "one two and 3 failed"
    assert (found.value.reason, found.value.fix) == ("timed-out", ("sudo -v",))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(), max_size=30), st.text(max_size=10))
def test_any_name_comes_back(tmp_path_factory: pytest.TempPathFactory, value: str, user: str) -> None:
    """File names need not be Unicode: a surrogate stands for a byte that is none."""
    from tutor.host.question import Observation

    name = value + "\udcff"
    seen = Observation('folder["~"]', [name], None, "readdir(3)", 0.0, 0.0)
    path = tmp_path_factory.getbasetemp() / "names"
    path.write_bytes(write(Recording(user, "2026-01-01T12:00:00+00:00", {}, {}), [seen], "0"))
    recording = load(str(path))
    assert recording.user == user
    assert RecordedHost(recording).ask(Question("folder", list[str], ("~",))) == [name]
