"""How a student installs the tool for good: the README's commands, on a bare machine, as an ordinary user."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.machine.checkout import PROJECT
from tests.privacy import LEFT, places, undocumented
from tests.readme import commands
from tutor.sandbox import registries
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def archive() -> bytes:
    """The checkout as someone downloads it: tracked and new files, without .git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    ).stdout
    names = [name for name in listed.decode().split("\0") if name and (PROJECT / name).is_file()]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in names:
            tar.add(PROJECT / name, arcname=f"libvirt-tutor/{name}", recursive=False)
    return buffer.getvalue()


def bring(machine: Machine, scratch: Path) -> dict[str, str]:
    """The checkout, and this host's way to the package archives; returns pip's environment."""
    registries.copy_certificates(scratch / "ca.crt")
    if (scratch / "ca.crt").exists():
        machine.write(CERTIFICATES, (scratch / "ca.crt").read_text())
    machine.write(
        "/etc/apt/apt.conf.d/90test", registries.apt_configuration().replace("/mnt/ca.crt", CERTIFICATES)
    )
    unpack = ["tar", "--extract", "--no-same-owner", "--directory", "/home/student"]
    machine.container.execute(["runuser", "-u", "student", "--", *unpack], data=archive())
    return {**registries.pip_environment(), "PIP_CERT": CERTIFICATES, "SSL_CERT_FILE": CERTIFICATES}


#: Each verb, and whatever else leaves something behind; what they say is tested elsewhere.
USES = (
    *(
        "tutor",
        "tutor list",
        "tutor show install/cpu",
        "tutor hint install/cpu",
        "tutor answer intro/role 1a",
    ),
    *("tutor config language sv", "tutor validate /etc/hostname", "tutor support", "tutor doctor --look"),
    *("tutor cleanup --dry-run", "tutor reset networks/isolated --dry-run", "tutor --install-completion"),
    *("tutor learn", "tutor watch --once", "tutor --help"),
)


def use_everything(machine: Machine) -> None:
    """Every verb once, as far as it goes without a terminal."""
    for line in USES:
        done = machine.run(line, interactive=True)
        assert done.returncode in (0, 1, 2, 3), (line, done.stderr)
        assert "Traceback" not in done.stderr


def files(machine: Machine) -> list[str]:
    """What lies in the student's home, the checkout apart."""
    found = machine.run("find ~ -path ~/libvirt-tutor -prune -o ! -type d -printf '~/%P\\n'", check=True)
    return found.stdout.splitlines()


def test_the_readme_installs_the_tool_for_an_ordinary_user_and_takes_it_away_again(tmp_path: Path) -> None:
    try:
        with boot("bare", network="host") as machine:
            env = bring(machine, tmp_path)
            before = set(files(machine))
            for command in commands("Install it for good"):
                machine.run(f"cd ~/libvirt-tutor && {command}", env=env, timeout=300, check=True)
            # A new terminal, the machine's own tool out of the way.
            found = machine.run("command -v tutor && tutor --version", interactive=True, check=True)
            assert found.stdout.splitlines()[0] == "/home/student/.local/bin/tutor"
            graded = machine.run("tutor check --lang en", interactive=True)
            assert graded.returncode == 1
            assert "sudo apt-get install -y" in graded.stdout
            assert "internal error" not in graded.stdout
            use_everything(machine)
            created = sorted(set(files(machine)) - before)
            assert "~/.local/state/libvirt-tutor/journal.jsonl" in created
            assert undocumented(created, [*places(), *LEFT]) == []
            for command in commands("Uninstall it"):
                machine.run(command, interactive=True, check=True)
            # What is found then is the machine's own.
            assert "/home/" not in machine.run("command -v tutor", interactive=True).stdout
            left = sorted(set(files(machine)) - before)
            assert undocumented(left, LEFT) == []
            assert [name for name in left if "tutor" in name] == []
            assert "tutor" not in machine.run("cat ~/.bashrc ~/.profile").stdout
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


def test_the_installed_tool_has_its_compiled_course_and_translations(ready_machine: Machine) -> None:
    modules = "import sys, tutor.cli; from tutor.course.load import load_course as f; f(None, 'sv');"
    absent = "print([m for m in ('markdown_it', 'tomllib', 'babel') if m in sys.modules])"
    done = ready_machine.run(f'/opt/tutor/bin/python -c "{modules} {absent}"', check=True)
    assert done.stdout.strip() == "[]"
    swedish = ready_machine.run("tutor check intro/role --lang sv")
    assert "förväntat" in swedish.stdout
