"""What is measured, and against what."""

from __future__ import annotations

from bench.student import PLACE, PYTHON, TESTINFRA

COMMANDS = {
    "tutor check": ["tutor", "check"],
    "goss, plain": ["goss", "--gossfile", f"{PLACE}/goss/plain.yaml", "validate"],
    "goss, quick": ["goss", "--gossfile", f"{PLACE}/goss/quick.yaml", "validate"],
    "testinfra": list(TESTINFRA),
    "shell script": ["bash", f"{PLACE}/shell/course.sh"],
    "floor": [PYTHON, f"{PLACE}/floor.py"],
    "bare Python": [PYTHON, "-c", "pass"],
    "tutor check install/default-network": ["tutor", "check", "install/default-network"],
    "every document new": ["env", "XDG_CACHE_HOME=/proc", "tutor", "check"],
}
NAMES = {
    "goss, plain": "the same assertions, one resource for each, as goss is usually written (`plain.yaml`)",
    "goss, quick": "the same, but one dump answers for all checks of a network or domain (`quick.yaml`)",
    "testinfra": "the same, as tests for pytest; one dump answers for all (`testinfra/test_course.py`)",
    "shell script": "the same, with virsh, xmllint and grep; one dump answers for all (`shell/course.sh`)",
    "floor": "Python, `import libvirt`, one connection, all XML and leases there (`floor.py`)",
    "bare Python": "the interpreter starts, and ends",
    "every document new": "`tutor check` where no XML file is known to be valid from a run before, as the "
    "first time; nothing can be kept in its cache folder",
}
RATIOS = (
    ("tutor check", "goss, plain"),
    ("tutor check", "goss, quick"),
    ("tutor check", "testinfra"),
    ("tutor check", "shell script"),
    ("tutor check", "floor"),
    ("tutor check", "bare Python"),
    ("tutor check install/default-network", "tutor check"),
    ("tutor check install/default-network", "floor"),
    ("every document new", "floor"),
)
