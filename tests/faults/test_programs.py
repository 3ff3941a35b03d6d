"""Sources that start a program."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.programs import GARBAGE, LOOKS, SHORT, Bench
from tests.faults.table import Family, Row, cases
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.host.question import Unobservable
from tutor.host.source import SOURCES

#: Those that believe nothing but the exit code: whatever is printed, the answer stays what it was.
BY_CODE = ("started", "nat-readable", "sudo")
#: What is said of the look where the program is not there: an answer, for these.
ABSENT: dict[str, Any] = {"started": None, "half-installed": []}

_LIES = "`{0}` prints bytes that are no text, half of its JSON, other types, too deep a nesting, no end"

LIES = {
    (name, "lies"): (
        _LIES.format(look.program),
        "the exit code alone is believed; a program without end is `too-much-output`"
        if name in BY_CODE
        else "unknown: `malformed`, `failed` or `too-much-output`",
    )
    for name, look in LOOKS.items()
}
HANGS = {
    (name, "hangs"): (f"`{look.program}` never ends", "unknown: `timed-out`; it is ended")
    for name, look in LOOKS.items()
}
SUDO_HANGS = {
    (name, "hangs"): (
        "`sudo` never ends; then another read as root is wanted",
        "unknown: `timed-out`; the second waits a fifth as long",
    )
    for name, look in LOOKS.items()
    if look.needs_sudo
}
MISSING = {
    (name, "missing"): (
        f"there is no `{look.program if name != 'firewall' else 'nft'}`",
        f"the answer is `{ABSENT[name]}`" if name in ABSENT else "unknown: `program-missing`",
    )
    for name, look in LOOKS.items()
    if name != "sudo"
}
NO_SUDO = {
    (name, "missing"): (
        "there is no `sudo`",
        "it does not work" if name == "sudo" else "unknown: `program-missing`",
    )
    for name, look in LOOKS.items()
    if look.needs_sudo
}
DENIED = {
    (name, "denied"): (
        "sudo wants a password, and nobody is there to type it"
        if look.needs_sudo
        else f"`{look.program}` ends with 1 and says that it may not",
        "unknown: `not-permitted`"
        if look.needs_sudo
        else "its code and words are the answer"
        if name == "started"
        else "unknown: `failed`",
    )
    for name, look in LOOKS.items()
}
CHANGES = {
    (name, "changes"): (f"`{look.program}` prints something else the second time", "one run has one answer")
    for name, look in LOOKS.items()
}


def _rows() -> tuple[Row, ...]:
    told = (
        ("test_lies", LIES),
        ("test_hangs", HANGS),
        ("test_sudo_hangs", SUDO_HANGS),
        ("test_missing", MISSING),
        ("test_no_sudo", NO_SUDO),
        ("test_denied", DENIED),
        ("test_changes", CHANGES),
    )
    single = tuple(row for test, what in told for row in cases(__name__, test, what)[0])
    return (*single, *_all_at_once())


def _all_at_once() -> Iterator[Row]:
    """Rows of a whole run on a real machine."""
    said = {"hangs": "hang", "lies": "lie", "denied": "refuse"}
    for name in ("firewall", "image", "package", "unit"):
        for fault, word in said.items():
            yield Row(
                *(name, fault, f"all programs {word} at once, in a run on a real machine"),
                "unknown, or blocked by what is; every other verdict is what it was",
                f"tests/machine/test_trouble.py::test_every_program_at_once[{word}]",
            )


FAMILY = Family(
    "Programs",
    "A program has 5 seconds (9 where it tells its version), a person 120 for typing a password. "
    "One that did not answer in time has 1 second from then on in that run. All are asked side by side, "
    "and whatever has not been answered after 10 seconds is unknown.",
    _rows(),
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def reason(bench: Bench, name: str, machine: Machine | None = None) -> str:
    """Why there is no answer."""
    with pytest.raises(Unobservable) as caught:
        ask(bench, name, machine)
    assert caught.value.message.render(str)
    return caught.value.reason


def ask(bench: Bench, name: str, machine: Machine | None = None) -> Any:
    """The answer, by the way that every answer takes, and of the shape that is declared."""
    question = LOOKS[name].question(bench.images)
    answer = LiveHost(machine or bench.machine()).ask(question)
    return msgspec.convert(answer, question.type, strict=True)


@pytest.mark.parametrize("case", LIES, ids="-".join)
def test_lies(case: tuple[str, str], bench: Bench) -> None:
    name, _ = case
    look = LOOKS[name]
    bench.make_well(look)
    well = ask(bench, name)
    for kind, script in GARBAGE.items():
        bench.make(look.program, script)
        if name in BY_CODE and kind != "endless":
            assert (ask(bench, name) == well) or name == "started", kind
        else:
            assert reason(bench, name) in ("malformed", "failed", "not-answering", "too-much-output"), kind


@pytest.mark.parametrize("case", HANGS, ids="-".join)
def test_hangs(case: tuple[str, str], bench: Bench) -> None:
    name, _ = case
    look = LOOKS[name]
    bench.make_well(look)
    bench.make(look.program, "exec sleep 30")
    began = time.monotonic()
    assert reason(bench, name) == "timed-out"
    assert time.monotonic() - began < SHORT + 2


@pytest.mark.parametrize("case", SUDO_HANGS, ids="-".join)
def test_sudo_hangs(case: tuple[str, str], bench: Bench) -> None:
    name, _ = case
    bench.make_well(LOOKS[name])
    bench.make("sudo", "exec sleep 30")
    asked: list[float] = []
    machine = bench.machine()
    real = machine.run_program

    def run(*args: Any, limit: float, **options: Any) -> Completed:
        asked.append(limit)
        return real(*args, limit=limit, **options)

    machine.run_program = run
    for _ in range(2):
        assert reason(bench, name, machine) == "timed-out"
    bench.make_well(LOOKS[name])
    for _ in range(2):  # it has come back
        ask(bench, name, machine)
    assert asked[:4] == [5.0, 1.0, 1.0, 5.0]


@pytest.mark.parametrize("case", MISSING, ids="-".join)
def test_missing(case: tuple[str, str], bench: Bench) -> None:
    name, _ = case
    look = LOOKS[name]
    bench.make_well(look)
    for program in (look.program, *look.also):
        (bench.bin / program).unlink()
    if name in ABSENT:
        assert ask(bench, name) == ABSENT[name]
    else:
        assert reason(bench, name) == "program-missing"


@pytest.mark.parametrize("case", NO_SUDO, ids="-".join)
def test_no_sudo(case: tuple[str, str], bench: Bench) -> None:
    name, _ = case
    bench.make_well(LOOKS[name])
    (bench.bin / "sudo").unlink()
    if name == "sudo":
        assert not ask(bench, name)["works"]
    else:
        assert reason(bench, name) == "program-missing"


@pytest.mark.parametrize("case", DENIED, ids="-".join)
def test_denied(case: tuple[str, str], bench: Bench) -> None:
    name, _ = case
    look = LOOKS[name]
    bench.make_well(look)
    if look.needs_sudo:
        bench.make("sudo", "echo 'sudo: a password is required' >&2; exit 1")
        assert reason(bench, name) == "not-permitted"
        return
    bench.make(look.program, f"echo '{look.program}: Permission denied' >&2; exit 1")
    if name == "started":
        assert ask(bench, name) == {"code": 1, "said": f"{look.program}: Permission denied"}
    else:
        assert reason(bench, name) in ("failed", "not-answering")


@pytest.mark.parametrize("case", CHANGES, ids="-".join)
def test_changes(case: tuple[str, str], bench: Bench) -> None:
    name, _ = case
    look = LOOKS[name]
    bench.make_well(look)
    host, question = LiveHost(bench.machine()), look.question(bench.images)
    first = host.ask(question)
    begun = bench.calls
    bench.make(look.program, "exit 1")
    assert host.ask(question) == first
    assert bench.calls == begun


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder in which every program is to be found."""
    folder = tmp_path_factory.mktemp("bin")
    for name in {program for look in LOOKS.values() for program in (look.program, *look.also)}:
        (folder / name).touch(mode=0o755)
    return str(folder)


_NAMES = (
    *("ifname", "flags", "addr_info", "linkinfo", "info_kind", "local", "prefixlen", "master", "dst", "dev"),
    *("gateway", "nexthops", "type", "format", "virtual-size", "snapshots", "name", "nftables", "MESSAGE"),
    *("format-specific", "data", "data-file", "backing-filename"),
)
#: Lines and JSON as these programs print them, with anything in any place.
_VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
_PRINTED = (
    _VALUE.map(lambda value: msgspec.json.encode(value).decode())
    | st.lists(st.text("tcp:*[]%0²9\t =.abIdNamesLoadStateActive\n", max_size=30), max_size=4).map("\n".join)
    | st.text()
)


@pytest.mark.parametrize("name", sorted(LOOKS))
@given(printed=_PRINTED, code=st.sampled_from([0, 0, 0, 1, 2, -9]))
def test_whatever_is_printed(name: str, programs: str, printed: str, code: int) -> None:
    """An answer of the shape that is declared, or a reason why there is none; nothing else."""
    question = LOOKS[name].question(Path("/etc"))
    machine = Machine({"PATH": programs}, run_program=lambda *_args, **_options: Completed(code, printed, ""))
    try:
        (answer,) = SOURCES[question.source].observe(machine, [question.args]).values()
    except Unobservable:
        return
    if not isinstance(answer, Unobservable):
        msgspec.convert(answer, question.type, strict=True)
