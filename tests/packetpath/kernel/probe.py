"""Connections tried through the router, and what was seen of them on the cards and in the sockets."""

from __future__ import annotations

import errno
import secrets
import select
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from tests.packetpath.kernel.lab import IP_PKTINFO, IP_TRANSPARENT, Host, Lab
from tutor.packetpath.address import address, dotted

TCP, UDP = 6, 17
#: Everything happens in one kernel, within a millisecond or so: seconds of silence that are the end.
QUIET, PATIENT = 0.06, 0.4
_LONGEST = 2.0
_SYN, _SYN_ACK = 2, 18
_TOKEN = 8
#: How a card tells of what its own computer sends (linux/if_packet.h).
OUTGOING = 4
_IP_RECVERR = 11
_RESET = struct.pack("ii", 1, 0)
_UNREACHABLE = frozenset(
    {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.ENOPROTOOPT}
)


class Probe(NamedTuple):
    """A connection to try: from which computer and address, and where to."""

    sender: str
    source: str
    destination: str
    port: int
    protocol: int = TCP


class Arrival(NamedTuple):
    """A packet as it came to a computer."""

    host: str
    source: str
    source_port: int
    destination: str
    port: int


@dataclass
class Seen:
    """What became of a connection.

    :ivar arrived: its first packet at another computer than the router; :ivar local: at the router itself.
    :ivar up: who has the connection after its third packet: a computer with its address and port.
    :ivar told: what the sender knows: ``answered``, ``refused``, ``unreachable`` or ``nothing``.
    """

    arrived: Arrival | None = None
    local: tuple[str, int] | None = None
    up: tuple[str, str, int] | None = None
    told: str = "nothing"


@dataclass
class _Attempt:
    probe: Probe
    socket: socket.socket
    seen: Seen
    token: bytes
    sequence: int | None = None

    @property
    def own_port(self) -> int:
        return int(self.socket.getsockname()[1])

    @property
    def settled(self) -> bool:
        return self.seen.up is not None or self.seen.told not in ("nothing", "answered")


def tried(lab: Lab, probes: Sequence[Probe], quiet: float = QUIET) -> list[Seen]:
    """Try all connections at once, and wait until nothing has happened for ``quiet`` seconds."""
    attempts: list[_Attempt] = []
    _Watch(lab, attempts).drain()
    lab.forget_connections()
    try:
        attempts.extend(_begun(lab.hosts[probe.sender], probe) for probe in probes)
        _Watch(lab, attempts).until_quiet(quiet)
        return [attempt.seen for attempt in attempts]
    finally:
        for attempt in attempts:
            attempt.socket.close()


def _begun(host: Host, probe: Probe) -> _Attempt:
    with host.namespace.inside():
        kind = socket.SOCK_STREAM if probe.protocol == TCP else socket.SOCK_DGRAM
        made = socket.socket(socket.AF_INET, kind | socket.SOCK_NONBLOCK)
    made.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
    if probe.protocol == TCP:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    else:
        # Without it, some ICMP errors are kept from a datagram socket (ip(7)).
        made.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
    made.bind((probe.source, 0))
    attempt = _Attempt(probe, made, Seen(), secrets.token_bytes(_TOKEN))
    made.connect_ex((probe.destination, probe.port))
    if probe.protocol == UDP:
        _say(attempt, b"1")
    return attempt


def _say(attempt: _Attempt, turn: bytes) -> None:
    with suppress(OSError):
        attempt.socket.send(turn + attempt.token)


class _Watch:
    def __init__(self, lab: Lab, attempts: list[_Attempt]) -> None:
        self._lab, self._attempts = lab, attempts
        self._hosts = lab.hosts.values()
        self._accepted: list[socket.socket] = []

    def drain(self) -> None:
        """Read away what earlier connections left."""
        self._read()

    def until_quiet(self, quiet: float) -> None:
        poll = select.poll()
        for host in self._hosts:
            for one in (*host.listeners, *host.receivers, *([host.card] if host.card else [])):
                poll.register(one, select.POLLIN)
        for attempt in self._attempts:
            poll.register(attempt.socket, _events(attempt))
        end = time.monotonic() + _LONGEST
        while poll.poll(quiet * 1000) and time.monotonic() < end:
            self._read()
            for attempt in self._attempts:
                if attempt.seen.told != "nothing":
                    with suppress(KeyError):
                        poll.unregister(attempt.socket)
            if all(attempt.settled for attempt in self._attempts):
                break
        self._half_open()
        for one in self._accepted:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            one.close()

    def _read(self) -> None:
        for attempt in self._attempts:
            self._ask(attempt)
        seen = [(host, *frame) for host in self._hosts for frame in frames(host.card)]
        for host, frame, kind in sorted(seen, key=lambda one: one[2] != OUTGOING):
            self._frame(host, frame, kind)
        for host in self._hosts:
            for listener in host.listeners:
                self._accept(host, listener)
            for receiver in host.receivers:
                self._receive(host, receiver)

    def _ask(self, attempt: _Attempt) -> None:
        """What the sender's own socket knows."""
        if attempt.seen.told != "nothing":
            return
        error = attempt.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            attempt.seen.told = "unreachable" if error in _UNREACHABLE else "refused"
        elif attempt.probe.protocol == TCP:
            with suppress(OSError):
                attempt.socket.getpeername()
                attempt.seen.told = "answered"
        else:
            with suppress(OSError):
                if attempt.socket.recv(64) == b"2" + attempt.token:
                    attempt.seen.told = "answered"
                    _say(attempt, b"3")

    def _frame(self, host: Host, frame: bytes, kind: int) -> None:
        if frame[12:14] != b"\x08\x00" or frame[23] not in (TCP, UDP):
            return
        header = 14 + 4 * (frame[14] & 15)
        source, destination = (
            dotted(int.from_bytes(frame[26:30], "big")),
            dotted(int.from_bytes(frame[30:34], "big")),
        )
        ports = struct.unpack("!HH", frame[header : header + 4])
        if frame[23] == TCP:
            if frame[header + 13] & _SYN_ACK != _SYN:
                return
            sequence = int.from_bytes(frame[header + 4 : header + 8], "big")
            if kind == OUTGOING:
                self._sent(host, source, ports[0], sequence)
                return
            attempt = next((one for one in self._attempts if one.sequence == sequence), None)
        else:
            payload = frame[header + 8 :]
            attempt = self._of_token(payload)
            if kind == OUTGOING or payload[:1] != b"1":
                return
        if attempt and attempt.seen.arrived is None:
            attempt.seen.arrived = Arrival(host.name, source, ports[0], destination, ports[1])

    def _sent(self, host: Host, source: str, port: int, sequence: int) -> None:
        for attempt in self._attempts:
            if attempt.probe[:2] == (host.name, source) and attempt.own_port == port:
                attempt.sequence = sequence

    def _of_token(self, payload: bytes) -> _Attempt | None:
        return next((one for one in self._attempts if one.token == payload[1 : 1 + _TOKEN]), None)

    def _accept(self, host: Host, listener: socket.socket) -> None:
        while True:
            try:
                made, peer = listener.accept()
            except BlockingIOError:
                return
            self._accepted.append(made)
            here = made.getsockname()
            if attempt := self._from(host, *peer):
                attempt.seen.up = (host.name, *here)
                if host.name == "router":
                    attempt.seen.local = here

    def _from(self, host: Host, source: str, port: int) -> _Attempt | None:
        """Whose connection it is that the host sees coming from there."""
        for attempt in self._attempts:
            arrived = attempt.seen.arrived
            known = (arrived.host, arrived.source, arrived.source_port) if arrived else None
            own = ("router", attempt.probe.source, attempt.own_port)
            if attempt.probe.protocol == TCP and (host.name, source, port) in (known, own):
                return attempt
        return None

    def _receive(self, host: Host, receiver: socket.socket) -> None:
        while True:
            try:
                payload, extra, _, peer = receiver.recvmsg(64, 64)
            except BlockingIOError:
                return
            except OSError:
                continue
            attempt = self._of_token(payload)
            if attempt is None:
                continue
            here = (dotted(int.from_bytes(extra[0][2][8:12], "big")), receiver.getsockname()[1])
            if host.name == "router":
                attempt.seen.local = here
            if payload[:1] == b"1":
                _reply(receiver, b"2" + attempt.token, here[0], peer)
            elif payload[:1] == b"3":
                attempt.seen.up = (host.name, *here)

    def _half_open(self) -> None:
        """Connections that the router itself has the first packet of."""
        for line in self._lab.hosts["router"].connections().splitlines()[1:]:
            here, there, state = line.split()[1:4]
            if state != "0A" and (attempt := self._from(self._lab.hosts["router"], *_end(there))):
                attempt.seen.local = _end(here)


def _events(attempt: _Attempt) -> int:
    return select.POLLOUT if attempt.probe.protocol == TCP else select.POLLIN


def frames(card: socket.socket | None) -> Iterator[tuple[bytes, int]]:
    """What passed a card since it was last asked: the beginning of each frame, and its way."""
    while card:
        try:
            frame, origin = card.recvfrom(128)
        except BlockingIOError:
            return
        yield frame, origin[2]


def _reply(receiver: socket.socket, payload: bytes, source: str, peer: tuple[str, int]) -> None:
    information = struct.pack("=i4s4s", 0, address(source).to_bytes(4, "big"), bytes(4))
    with suppress(OSError):
        receiver.sendmsg([payload], [(socket.IPPROTO_IP, IP_PKTINFO, information)], 0, peer)


def _end(written: str) -> tuple[str, int]:
    host, port = written.split(":")
    return dotted(int.from_bytes(bytes.fromhex(host)[::-1], "big")), int(port, 16)
