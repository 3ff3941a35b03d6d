"""Changes of links, addresses and routes, as the kernel tells everybody of them (rtnetlink(7))."""

from __future__ import annotations

import socket

# linux/rtnetlink.h: RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR.
_GROUPS = 0x1 | 0x10 | 0x40 | 0x100
_ROUTE_FAMILY = 0


class Links:
    """A socket that is readable when something about the network's links has changed."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _ROUTE_FAMILY)
            self._socket.setblocking(False)
            self._socket.bind((0, _GROUPS))
        except OSError:  # a sandbox without netlink
            self.close()

    def fileno(self) -> int:
        """The socket's descriptor; -1 where there is none."""
        return self._socket.fileno() if self._socket is not None else -1

    def drain(self) -> None:
        """Read what has come. What it says is nobody's business: that it came is enough."""
        try:
            while self._socket is not None and self._socket.recv(65536):
                pass
        except BlockingIOError:
            return
        except OSError:  # ENOBUFS: so much has changed that some of it was dropped
            return

    def close(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
