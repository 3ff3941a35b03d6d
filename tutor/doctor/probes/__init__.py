"""The probes, one module per part of the machine; a new module is found by being listed here.

The order is that of the report, and of its fixes: what others stand on comes first.
"""

MODULES = (
    "tutor.doctor.probes.system",
    "tutor.doctor.probes.room",
    "tutor.doctor.probes.programs",
    "tutor.doctor.probes.access",
    "tutor.doctor.probes.storage",
    "tutor.doctor.probes.guests",
    "tutor.doctor.probes.ports",
    "tutor.doctor.probes.subnets",
    "tutor.doctor.probes.networks",
    "tutor.doctor.probes.firewall",
    "tutor.doctor.probes.security",
    "tutor.doctor.probes.tried",
)
