"""A tutor and checker for a course lab on libvirt."""

__version__ = "0.1.0"
