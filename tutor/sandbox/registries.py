"""How apt and pip reach their packages: as this host does, read at run time, never written down here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tutor.sandbox.process import CommandError, call

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Where packages come from; an option like --user would only be in the way in a chroot.
_PIP_OPTIONS = {
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "proxy"),
    *("timeout", "default-timeout", "retries"),
}
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def debian_mirror(suite: str) -> str | None:
    """Return where this host's apt fetches Debian from, or None: then debootstrap's default is right."""
    wanted = ["Created-By: Packages", "Origin: Debian", "Label: Debian"]
    try:
        answer = call(["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", *wanted], timeout=30)
    except CommandError:
        return None
    rows = [line.partition(" ") for line in answer.splitlines()]
    usable = [(codename, uri) for codename, _, uri in rows if uri.startswith(("http", "file:"))]
    usable.sort(key=lambda row: row[0] != suite)
    return usable[0][1] if usable else None


def apt_configuration() -> str:
    """Return this host's apt settings that decide whether a download works (proxies, clocks)."""
    try:
        dump = call(["apt-config", "dump"], timeout=30)
    except CommandError:
        return ""
    prefixes = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    lines = [line for line in dump.splitlines() if line.startswith(prefixes)]
    return "\n".join([*lines, 'Acquire::https::CaInfo "/mnt/ca.crt";', ""])


def pip_environment() -> dict[str, str]:
    """Return the environment that makes a pip in a chroot read the same indexes as ours."""
    settings = {}
    for key, value in _pip_configuration().items():
        settings["PIP_" + key.upper().replace("-", "_")] = value
    proxies = {name: os.environ[name] for name in _PROXIES if name in os.environ}
    return {**settings, **proxies, "PIP_CERT": "/mnt/ca.crt", "SSL_CERT_FILE": "/mnt/ca.crt"}


def pip_directories() -> list[Path]:
    """Return the local directories pip takes packages from (find-links, file: indexes)."""
    words = [
        word.removeprefix("file://") for value in _pip_configuration().values() for word in value.split()
    ]
    paths = [Path(word) for word in words if word.startswith("/")]
    return [_top(path) for path in paths if path.is_dir()]


def copy_certificates(target: Path) -> None:
    """Copy the bundle of certificates that this host trusts, where it has one, to ``target``."""
    named = [os.environ.get(name) for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")]
    for candidate in [*filter(None, named), str(CERTIFICATES)]:
        if Path(candidate).is_file():
            shutil.copyfile(candidate, target)
            return


def _top(path: Path) -> Path:
    """A simple index links to the files beside it: take the directory that holds both."""
    return path.parent if path.name == "simple" else path


def _pip_configuration() -> dict[str, str]:
    """Return pip's settings by option name; the environment's win over those of files, as in pip itself."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    found: dict[str, str] = {}
    for line in sorted(done.stdout.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = value.strip("'\"")
    return {name: value for name, value in found.items() if name in _PIP_OPTIONS}
