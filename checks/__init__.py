"""What is true of a host: one module per kind of state.

A check is a pure function of a host's answers: it asks, compares, and says what it found.
A new module is found by being listed here.
"""

MODULES = (
    "checks.access",
    "checks.cpu",
    "checks.disks",
    "checks.documents",
    "checks.domain_devices",
    "checks.domain_hardware",
    "checks.domains",
    "checks.firmware",
    "checks.groups",
    "checks.host_entries",
    "checks.isolation",
    "checks.leases",
    "checks.networks",
    "checks.port_forward",
    "checks.programs",
    "checks.sealing",
    "checks.services",
    "checks.shell",
    "checks.snapshots",
)

#: Those that bring the packet path, a sixth of what is loaded: what the others ask is sought meanwhile.
LATER = frozenset({"checks.port_forward", "checks.sealing"})
