"""A shell in a namespace with a Debian release's own nft and iptables, that loads rulesets and lists them."""

from __future__ import annotations

import subprocess
import tempfile

from tests.packetpath.kernel.namespaces import Namespace
from tutor.host.firewall import FORMS_COMMAND, split_forms
from tutor.packetpath import MalformedRuleset, Ruleset
from tutor.sandbox.images import image

_END = "--- end of answer ---"
#: The release's files, in a mount namespace that ends with the shell.
_ENTER = (
    'mount -t overlay overlay -o "lowerdir=$1" "$2" && mount -t proc proc "$2/proc" && '
    'mount -t tmpfs tmpfs "$2/run" && exec chroot "$2" sh'
)


class NotLoaded(Exception):
    """nft or iptables-restore refused the ruleset; the argument is what it said."""


class Loader:
    """Loads one ruleset after the other."""

    def __init__(self, namespace: Namespace, suite: str) -> None:
        self._root = tempfile.TemporaryDirectory(prefix="packetpath-")
        layers = ":".join(str(layer) for layer in image("ready", suite).layers)
        with namespace.inside():
            self._shell = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", _ENTER, "enter", layers, self._root.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
            )

    def run(self, script: str) -> str:
        """What lines of sh print."""
        stdin, stdout = self._shell.stdin, self._shell.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{script}\necho; echo '{_END}'\n")
        stdin.flush()
        lines: list[str] = []
        for line in stdout:
            if line == f"{_END}\n":
                return "".join(lines)[:-1]
            lines.append(line)
        raise AssertionError(f"the shell ended: {lines}")

    def load(self, nft: str, iptables: str) -> Ruleset:
        """Replace the ruleset, and read it back as the product does.

        :param nft: for ``nft -f``; :param iptables: for ``iptables-nft-restore``; either may be empty.
        :raises NotLoaded: one of them refused.
        """
        script = "nft flush ruleset\n"
        for program, given in (("iptables-nft-restore", iptables), ("nft -f -", nft)):
            if given:
                script += f"{program} <<'RULES' || echo REFUSED\n{given}\nRULES\n"
        said = self.run(script)
        if said:
            raise NotLoaded(said)
        printed = self.run(f"{{ {FORMS_COMMAND}; }} 2> /run/said || cat /run/said")
        try:
            return Ruleset.parse(*split_forms(printed))
        except (MalformedRuleset, TypeError):
            raise NotLoaded(f"nft cannot list it: {printed[-200:]}") from None

    def versions(self) -> str:
        """Which programs are judged with."""
        return " · ".join(self.run("uname -sr; nft --version; iptables-nft --version").split("\n"))

    def close(self) -> None:
        """End the shell; its mounts go with it."""
        if self._shell.stdin:
            self._shell.stdin.close()
        self._shell.wait(10)
        if self._shell.stdout:
            self._shell.stdout.close()
        self._root.cleanup()
