"""Commands that are known to change nothing; every other command is taken to change the machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Words = Sequence[str]


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


#: They only read, or only change the shell itself, whatever they are given.
_ALWAYS = _words("""
    : [ break cat cd cmp continue cut df diff du echo egrep exit export false fgrep file free getent
    grep groups head id less ls lsblk lscpu lsmod lspci md5sum modinfo more nproc printenv printf ps
    pwd readlink realpath return seq set sha256sum shift sleep stat tail test tr true type uname
    unset uptime virt-host-validate virt-xml-validate wc which whoami
""")
_VIRSH = _words("""
    capabilities dombldinfo domblkinfo domblklist domblkstat domcapabilities domdisplay domid
    domifaddr domiflist dominfo domname domstate domstats domuuid domxml-to-native dumpxml freecell
    help hostname list maxvcpus net-dhcp-leases net-dumpxml net-info net-list net-name net-uuid
    nodecpumap nodeinfo nodememstats nwfilter-dumpxml nwfilter-list pool-capabilities pool-dumpxml
    pool-info pool-list pool-name pool-uuid snapshot-dumpxml snapshot-info snapshot-list
    snapshot-parent uri vcpucount vcpuinfo version vncdisplay vol-dumpxml vol-info vol-key vol-list
    vol-name vol-path vol-pool
""")
#: virsh(1): options before the command that take a value.
_VIRSH_VALUES = frozenset({"-c", "--connect", "-d", "--debug", "-e", "--escape", "-k", "-K", "-l", "--log"})
_SYSTEMCTL = _words("""
    cat get-default help is-active is-enabled is-failed is-system-running list-dependencies
    list-jobs list-sockets list-timers list-unit-files list-units show status
""")
_JOURNALCTL_CHANGES = (
    "--vacuum",
    "--rotate",
    "--flush",
    "--sync",
    "--relinquish",
    "--setup-keys",
    "--update",
)
_IPTABLES_CHANGES = frozenset("ADIRFZNXPE")


def changes_nothing(words: Words) -> bool:
    """Whether the command, whose words these are, is known to leave the machine as it is."""
    if not words:
        return True
    name, rest = words[0], words[1:]
    if name in _ALWAYS or list(rest) in (["--version"], ["--help"], ["-V"]):
        return "/" not in name
    judge = _JUDGES.get(name)
    return judge is not None and judge(rest)


def _virsh(rest: Words) -> bool:
    words = list(rest)
    while words and words[0].startswith("-"):
        del words[: 2 if words[0] in _VIRSH_VALUES else 1]
    if not words:
        return False  # a shell of its own
    command, values = words[0], [word for word in words[1:] if not word.startswith("-")]
    if command in ("desc", "snapshot-current"):  # a second value would be set
        return len(values) <= 1 and not {"--edit", "--snapshotname", "--new-desc"} & set(words)
    return command in _VIRSH


def _systemctl(rest: Words) -> bool:
    values = [word for word in rest if not word.startswith("-")]
    return not values or values[0] in _SYSTEMCTL


def _ip(rest: Words) -> bool:
    values = [word for word in rest if not word.startswith("-")]
    return len(values) < 2 or values[1] in ("show", "list", "ls", "get")  # noqa: PLR2004 - ip OBJECT COMMAND


def _qemu_img(rest: Words) -> bool:
    if rest[:1] == ["snapshot"]:
        return "-l" in rest and not {"-a", "-c", "-d"} & set(rest)
    if rest[:1] == ["check"]:
        return not any(word.startswith("-r") for word in rest)
    return rest[0] in ("info", "map", "compare", "measure") if rest else False


def _iptables(rest: Words) -> bool:
    letters = [word[1] for word in rest if len(word) > 1 and word[0] == "-" and word[1] != "-"]
    spelt = [word for word in rest if word.startswith("--") and word not in ("--line-numbers", "--list")]
    if spelt or set(letters) & _IPTABLES_CHANGES:
        return False
    return bool({"L", "S"} & set(letters)) or "--list" in rest


def _apt(rest: Words) -> bool:
    values = [word for word in rest if not word.startswith("-")]
    return bool(values) and values[0] in ("list", "search", "show", "policy", "depends", "rdepends")


def _tutor(rest: Words) -> bool:
    """This tool looks, and writes its own journal."""
    values = [word for word in rest if not word.startswith("-")]
    return not values or values[0] in ("list", "show", "check", "hint")


_JUDGES: dict[str, Callable[[Words], bool]] = {
    "apt": _apt,
    "apt-cache": lambda _rest: True,
    "awk": lambda rest: (
        not any(sign in word for word in rest for sign in (">", "|", "system")) and "-i" not in rest
    ),
    "bridge": _ip,
    "date": lambda rest: not any(word.startswith(("-s", "--set")) for word in rest),
    "dmesg": lambda rest: (
        not any(
            word.startswith(("-C", "-c", "--clear", "--read-clear", "-D", "-E", "-n", "--console"))
            for word in rest
        )
    ),
    "dpkg": lambda rest: rest[:1] in (["-l"], ["-L"], ["-s"], ["-S"], ["--list"], ["--status"]),
    "dpkg-query": lambda _rest: True,
    "ip": _ip,
    "iptables": _iptables,
    "journalctl": lambda rest: not any(word.startswith(_JOURNALCTL_CHANGES) for word in rest),
    "nft": lambda rest: [word for word in rest if not word.startswith("-")][:1] == ["list"],
    "qemu-img": _qemu_img,
    "sort": lambda rest: not any(word.startswith(("-o", "--output")) for word in rest),
    "systemctl": _systemctl,
    "tutor": _tutor,
    "uniq": lambda rest: len([word for word in rest if not word.startswith("-")]) <= 1,
    "virsh": _virsh,
    "xmllint": lambda rest: "--output" not in rest and "--shell" not in rest,
}
