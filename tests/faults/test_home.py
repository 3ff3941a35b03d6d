"""A home folder on a server that does not answer: the tool says so, and ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tutor import config

#: Mounts a file system whose server sleeps, and runs a command there; what still waits ends with the server.
_WITH_SILENT_HOME = """
import os, subprocess, sys
from tests.faults.hanging import APART, mount
server, home, *command = os.open("/dev/fuse", os.O_RDWR), *sys.argv[1:]
mount("fuse", "silent", home, APART, f"fd={server},rootmode=40000,user_id=0,group_id=0")
try:
    print(subprocess.run(command, env={**os.environ, "HOME": home}, timeout=30).returncode)
finally:
    os.close(server)
"""


@pytest.mark.parametrize("words", [("check",), ("list", "--lang", "en")])
def test_a_home_that_does_not_answer(tmp_path: Path, words: tuple[str, ...]) -> None:
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    inside = [sys.executable, "-c", _WITH_SILENT_HOME, str(tmp_path), sys.executable, "-m", "tutor", *words]
    began = time.monotonic()
    done = subprocess.run(
        [*unshare, "timeout", "-s", "KILL", "50", *inside],
        env={"PATH": os.environ["PATH"], "LANG": "en_US.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert time.monotonic() - began < config.PATIENCE + 15
    assert done.stdout.splitlines()[-1] == "2"
    assert f"was not read within {config.PATIENCE} s" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
