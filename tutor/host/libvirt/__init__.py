"""Libvirt, through its binding: never by parsing virsh, never by an error's text."""
