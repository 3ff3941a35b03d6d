"""Throwaway student machines: real Debian, real systemd, real libvirt, half a second to boot.

They are those of `tutor sandbox`. Tests ask for the fixtures in ``conftest``; ``guest`` knows a domain that
boots under pure emulation, ``lesson`` how a student does a step.
"""
