"""Throwaway student machines: real Debian, real systemd, real libvirt, half a second to boot.

Tests ask for the fixtures in ``conftest``. Below them, ``images`` makes and caches what the machines boot
from, and ``application`` what the tool runs in; ``machines`` boots them; ``client`` puts a computer on the
internet in front of one; ``guest`` knows a domain that boots under pure emulation.
"""
