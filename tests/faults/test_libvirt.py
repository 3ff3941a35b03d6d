"""Sources that ask libvirt: its own client, on sockets that hang, lie and close; and its driver for tests."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.asking import told
from tests.faults.people import nobody
from tests.faults.table import Family, Row, cases
from tutor.host.libvirt import domains as domains_module
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.domains import block_device, domain, domain_names, in_session, pool_volume
from tutor.host.libvirt.inventory import inventory
from tutor.host.libvirt.leases import leases
from tutor.host.libvirt.networks import network, network_names
from tutor.host.libvirt.snapshots import snapshots
from tutor.host.libvirt.storage import pools, volume
from tutor.host.machine import Machine, Patience
from tutor.host.question import Question
from tutor.host.source import SOURCES

#: Each source's question, of what libvirt's driver for tests has.
LOOKS: dict[str, Callable[[str], Question[Any]]] = {
    "libvirt.connection": lambda uri: connection(uri, "read"),
    "libvirt.domain": lambda uri: domain(uri, "test"),
    "libvirt.domains": domain_names,
    "libvirt.block-device": lambda uri: block_device(uri, "test", "vda"),
    "libvirt.pool-volume": lambda uri: pool_volume(uri, "default-pool", "v"),
    "libvirt.in-session": lambda _uri: in_session("domain", "test"),
    "libvirt.inventory": inventory,
    "libvirt.leases": lambda uri: leases(uri, "default"),
    "libvirt.network": lambda uri: network(uri, "default"),
    "libvirt.networks": network_names,
    "libvirt.snapshots": lambda uri: snapshots(uri, "test"),
    "libvirt.pools": pools,
    "libvirt.volume": lambda uri: volume(uri, "/default-pool/v"),
}

_UNKNOWN = "unknown: `not-answering`"


def _each(fault: str, done: str, answer: str, **others: str) -> dict[tuple[str, str], tuple[str, str]]:
    """A row for each source; ``others`` by the last word of the source's name."""
    return {
        (name, fault): (done, others.get(name.rpartition(".")[2].replace("-", "_"), answer)) for name in LOOKS
    }


_TOLD = {
    "test_garbage": _each(
        "lies", "who listens answers with bytes that are no protocol of libvirt's", _UNKNOWN
    ),
    "test_hangs": _each(
        *("hangs", "the socket takes connections, and nobody answers"),
        "unknown: `timed-out`; nobody waits for that connection again",
    ),
    "test_missing": _each(
        *("missing", "nobody listens"),
        _UNKNOWN,
        connection="it does not open: the error and its number are the answer",
        in_session="it has none: it is not started in order to look",
    ),
    "test_denied": _each(
        *("denied", "the socket is not for this user"),
        _UNKNOWN,
        connection="it does not open: the error and its number are the answer",
    ),
    "test_dies": _each("changes", "the daemon dies when it has heard the question", _UNKNOWN),
}


def _alone(source: str, fault: str, done: str, answer: str, test: str) -> Row:
    return Row(source, fault, done, answer, test if "::" in test else f"tests/faults/test_libvirt.py::{test}")


_TROUBLE = "tests/machine/test_trouble.py::"
FAMILY = Family(
    "Libvirt",
    "A hung daemon costs a run 4 seconds, all connections and calls together, and 0.2 for each further one. "
    "All of it is looked at in a process of its own: that may hang or die without the tool.",
    (
        *(row for test, told in _TOLD.items() for row in cases(__name__, test, told)[0]),
        *(
            _alone(
                *(name, "lies", "every word and number that libvirt's client hands over is another"),
                "an answer of its own shape, or unknown: `malformed`",
                f"test_whatever_is_answered[{name}]",
            )
            for name in LOOKS
            if name != "libvirt.in-session"
        ),
        *(
            _alone(
                *(name, "missing", "the binding of libvirt is not installed"),
                *("unknown: `binding-missing`, with the command that mends it", f"test_no_binding[{name}]"),
            )
            for name in LOOKS
        ),
        _alone(
            *("libvirt.domain", "changes", "the domain is undefined between its lookup and its description"),
            *("there is none", "test_a_domain_that_goes"),
        ),
        _alone(
            *(
                "libvirt.network",
                "changes",
                "the network is undefined between its lookup and its description",
            ),
            *("there is none", "test_a_network_that_goes"),
        ),
        _alone(
            *("libvirt.inventory", "changes", "domain, network or pool goes after it was listed"),
            *("it is left out; the others are described", "test_an_inventory_that_shrinks"),
        ),
        _alone(
            *("libvirt.inventory", "changes", "a snapshot is deleted after it was listed"),
            *("it is left out; its domain is not", "test_a_snapshot_that_goes"),
        ),
        _alone(
            *("libvirt.connection", "hangs", "libvirtd is stopped with SIGSTOP, on a real machine"),
            *("unknown: `timed-out`, the run 5 seconds longer at most", f"{_TROUBLE}test_hung"),
        ),
        _alone(
            *("libvirt.connection", "missing", "libvirtd and its sockets are stopped, on a real machine"),
            *("that is the fault: fail `session-only`", f"{_TROUBLE}test_stopped"),
        ),
        _alone(
            *("libvirt.connection", "hangs", "another program has libvirtd's socket, on a real machine"),
            *("unknown: `timed-out`", f"{_TROUBLE}test_listening_and_never_answering"),
        ),
        *(
            _alone(
                *("libvirt.domain", "changes", f"libvirtd gets SIG{signal} at ten moments of a run"),
                *("unknown, or what was true before", f"{_TROUBLE}test_at_any_moment[{signal}]"),
            )
            for signal in ("STOP", "KILL")
        ),
        *(
            _alone(
                *("libvirt.domain", "changes", f"the process that asks libvirt is killed after {tenths}0 ms"),
                *("unknown; all else is judged", f"{_TROUBLE}test_a_process_of_ours_is_killed[{tenths}]"),
            )
            for tenths in range(1, 6)
        ),
        _alone(
            *("libvirt.connection", "missing", "the C library cannot be loaded, on a real machine"),
            *("unknown: `binding-missing`", f"{_TROUBLE}test_the_binding_cannot_be_loaded"),
        ),
        _alone(
            *("libvirt.connection", "lies", "the daemon speaks Swedish, on a real machine"),
            *("nothing else: codes come of numbers", f"{_TROUBLE}test_the_daemon_speaks_swedish"),
        ),
    ),
)


def ask(
    name: str,
    uri: str,
    monkeypatch: pytest.MonkeyPatch | None = None,
    patience: float = 1.0,
    calls: Any = None,
) -> Any:
    """The answer, of the shape that is declared; the reason where there is none.

    :param calls: stands in for the connection.
    """
    question = LOOKS[name](uri)
    machine = Machine({"HOME": "/nowhere"}, patience=Patience(patience))
    if monkeypatch is not None:
        monkeypatch.setattr(domains_module, "SESSION", uri)
    if calls is not None:
        machine.shared(("libvirt", uri, "read"), lambda: calls)
    (answer,) = SOURCES[name].observe(machine, [question.args]).values()
    return told(question, answer)


@contextlib.contextmanager
def listening(path: Path, serve: Callable[[socket.socket], None] | None) -> Iterator[str]:
    """Somebody listens there; what they do with who comes is ``serve``'s, nothing where there is none."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen(5)

        def work() -> None:
            with contextlib.suppress(OSError):
                while serve is not None:
                    guest, _ = door.accept()
                    with guest:
                        serve(guest)

        threading.Thread(target=work, daemon=True).start()
        yield uri_of(path)
        with contextlib.suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)


def uri_of(path: Path) -> str:
    return f"qemu+unix:///system?socket={path}"


def _say_garbage(guest: socket.socket) -> None:
    guest.recv(4096)
    guest.sendall(b"\x00\x00\x00\x40\xff\xfenonsense" + b"x" * 200)
    guest.recv(4096)


def _hear_and_die(guest: socket.socket) -> None:
    guest.recv(4096)


@pytest.mark.parametrize("case", _TOLD["test_garbage"], ids="-".join)
def test_garbage(case: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(tmp_path / "s", _say_garbage) as uri:
        assert ask(case[0], uri, monkeypatch) == "not-answering"


@pytest.mark.parametrize("case", _TOLD["test_hangs"], ids="-".join)
def test_hangs(case: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    with listening(tmp_path / "s", None) as uri:
        assert ask(case[0], uri, monkeypatch, patience=0.2) == "timed-out"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("case", _TOLD["test_missing"], ids="-".join)
def test_missing(case: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(case[0], uri_of(tmp_path / "s"), monkeypatch)
    if case[0] == "libvirt.connection":
        assert (answer["open"], answer["errno"]) == (False, 2)
    else:
        assert answer == (False if case[0] == "libvirt.in-session" else "not-answering")


@pytest.mark.parametrize("case", _TOLD["test_denied"], ids="-".join)
def test_denied(case: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(tmp_path / "s", _hear_and_die) as uri:
        (tmp_path / "s").chmod(0)
        with nobody():
            answer = ask(case[0], uri, monkeypatch)
    if case[0] == "libvirt.connection":
        assert (answer["open"], answer["errno"]) == (False, 13)
    else:
        assert answer == "not-answering"


@pytest.mark.parametrize("case", _TOLD["test_dies"], ids="-".join)
def test_dies(case: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(tmp_path / "s", _hear_and_die) as uri:
        assert ask(case[0], uri, monkeypatch) == "not-answering"


@pytest.mark.parametrize("name", LOOKS)
def test_no_binding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libvirt", None)
    monkeypatch.setattr("tutor.host.libvirt.connection._any_socket", lambda: True)
    assert ask(name, SYSTEM) == "binding-missing"


# What goes between two calls: libvirt's driver for tests, which holds everything in memory.


class Shaken:
    """A real connection; what ``shake`` does to it happens after the first call of that name."""

    def __init__(self, handle: Any, after: str, shake: Callable[[Any], object]) -> None:
        self.handle, self._after, self._shake = handle, after, shake

    def call(self, function: Callable[[Any], Any]) -> Any:
        """As :meth:`tutor.host.libvirt.connection.Connection.call`."""
        return function(self)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.handle, name)
        if name != self._after:
            return method

        def called(*args: Any) -> Any:
            found = method(*args)
            self._shake(self.handle)
            return found

        return called


@pytest.fixture
def handle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A node of its own, with a domain, a network and a pool of each kind of state."""
    import libvirt

    libvirt.registerErrorHandler(lambda *_: None, None)
    # This driver has no definition of a network but the one that runs.
    real = libvirt.virNetwork.XMLDesc
    monkeypatch.setattr(libvirt.virNetwork, "XMLDesc", lambda found, _flags: real(found, 0))
    node = tmp_path / "node.xml"
    uuid = "00000000-0000-0000-0000-00000000000"
    os_ = "<os><type>hvm</type></os>"
    node.write_text(
        "<node>"
        f"<domain type='test'><name>test</name><uuid>{uuid}1</uuid><memory>8192</memory>{os_}</domain>"
        f"<domain type='test'><name>other</name><uuid>{uuid}2</uuid><memory>8192</memory>{os_}</domain>"
        f"<network><name>default</name><uuid>{uuid}3</uuid><bridge name='virbr0'/></network>"
        f"<pool type='dir'><name>default-pool</name><uuid>{uuid}4</uuid><target><path>/default-pool</path>"
        "</target></pool></node>"
    )
    found = libvirt.open(f"test://{node}")
    subject = found.lookupByName("test")
    for name in ("one", "two"):
        subject.snapshotCreateXML(f"<domainsnapshot><name>{name}</name></domainsnapshot>", 0)
    return found


def _remove_domain(handle: Any) -> None:
    subject = handle.lookupByName("test")
    if subject.isActive():
        subject.destroy()
    subject.undefineFlags(2)  # VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA


def _remove_network(handle: Any) -> None:
    subject = handle.networkLookupByName("default")
    if subject.isActive():
        subject.destroy()
    subject.undefine()


def _remove_pool(handle: Any) -> None:
    subject = handle.storagePoolLookupByName("default-pool")
    if subject.isActive():
        subject.destroy()
    subject.undefine()


def test_a_domain_that_goes(handle: Any) -> None:
    assert ask("libvirt.domain", "test:///", calls=Shaken(handle, "", id))["name"] == "test"
    assert ask("libvirt.domain", "test:///", calls=Shaken(handle, "lookupByName", _remove_domain)) is None


def test_a_network_that_goes(handle: Any) -> None:
    assert ask("libvirt.network", "test:///", calls=Shaken(handle, "", id))["name"] == "default"
    shaken = Shaken(handle, "networkLookupByName", _remove_network)
    assert ask("libvirt.network", "test:///", calls=shaken) is None


def names(found: Any) -> list[str]:
    """Of all that an inventory holds."""
    return [one["name"] for kind in found.values() for one in kind]


@pytest.mark.parametrize(
    ("after", "remove", "left"),
    [
        ("listAllDomains", _remove_domain, ["other", "default", "default-pool"]),
        ("listAllNetworks", _remove_network, ["test", "other", "default-pool"]),
        ("listAllStoragePools", _remove_pool, ["test", "other", "default"]),
    ],
)
def test_an_inventory_that_shrinks(
    handle: Any, after: str, remove: Callable[[Any], None], left: list[str]
) -> None:
    assert names(ask("libvirt.inventory", "test:///", calls=Shaken(handle, "", id))) == [
        *("test", "other", "default", "default-pool")
    ]
    assert names(ask("libvirt.inventory", "test:///", calls=Shaken(handle, after, remove))) == left


def test_a_snapshot_that_goes(handle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import libvirt

    real = libvirt.virDomain.listAllSnapshots

    def listed(subject: Any, flags: int = 0) -> Any:
        found = real(subject, flags)
        if subject.name() == "test":
            subject.snapshotLookupByName("one").delete(0)
        return found

    monkeypatch.setattr(libvirt.virDomain, "listAllSnapshots", listed)
    found = ask("libvirt.inventory", "test:///", calls=Shaken(handle, "", id))
    (seen,) = (one for one in found["domains"] if one["name"] == "test")
    assert [one["name"] for one in seen["snapshots"]] == ["two"]


# What no daemon says.

_WORD = st.text(max_size=8) | st.sampled_from(["<", "<domain/>", "<!DOCTYPE a>", "<a>" * 300, "\0", "\ud800"])
_NUMBER = st.integers(-(2**63), 2**63 - 1)
#: What libvirt's client hands over, by method; it is written in C, so that the types are what they are.
_HANDED: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("name", "getName", "UUIDString", "XMLDesc", "getXMLDesc", "path"), _WORD),
    **dict.fromkeys(
        ("isActive", "isPersistent", "autostart", "hasCurrentSnapshot", "getLibVersion", "getVersion"),
        _NUMBER,
    ),
    "state": st.lists(_NUMBER, min_size=2, max_size=2),
    "info": st.lists(_NUMBER, min_size=3, max_size=3),
    "blockInfo": st.lists(_NUMBER, min_size=3, max_size=3),
    "DHCPLeases": st.lists(
        st.dictionaries(st.sampled_from(["mac", "ipaddr", "hostname", "iface"]), st.none() | _WORD),
        max_size=3,
    ),
}


class Liar:
    """Everything that libvirt hands out: whatever is asked of it, it makes something up."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw

    def call(self, function: Callable[[Any], Any]) -> Any:
        """As :meth:`tutor.host.libvirt.connection.Connection.call`."""
        return function(self)

    def __getattr__(self, name: str) -> Any:
        def called(*_args: Any) -> Any:
            if name in _HANDED:
                return self._draw(_HANDED[name])
            return [self] * self._draw(st.integers(0, 2)) if name.startswith("listAll") else self

        return called


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "libvirt.in-session"])
@given(data=st.data())
def test_whatever_is_answered(name: str, data: st.DataObject) -> None:
    """An answer of the shape that is declared, or unknown."""
    answer = ask(name, "test:///", calls=Liar(data.draw))
    assert not isinstance(answer, str) or answer == "malformed"
