"""What the course brought to the system itself: named, and left to the student."""

from __future__ import annotations

from shlex import quote

from tutor.baseline.plan import Draft, Kept
from tutor.baseline.things import of_kind
from tutor.text import text

_WHY_PACKAGES = text("others may use them by now; taking them away is your decision")
_WHY_GROUPS = text("it grants access only, and other things may rest on it; leaving it is your decision")
_WHY_FORWARDING = text("libvirt switched it on with its network; the next start of the machine decides anew")


def system(draft: Draft) -> None:
    """Packages and groups that were not there before, and forwarding."""
    packages = [
        thing.words[0]
        for thing in of_kind(draft.things, "package")
        if thing.words[0] in draft.now["packages"] and thing.words[0] not in draft.before["packages"]
    ]
    if packages:
        called = text("packages: {names}", names=", ".join(packages))
        command = f"{draft.sudo}apt-get remove --autoremove {' '.join(map(quote, packages))}"
        draft.kept.append(Kept(called, _WHY_PACKAGES, (command,)))
    for thing in of_kind(draft.things, "group"):
        name = thing.words[0]
        if name in draft.now["groups"] and name not in draft.before["groups"]:
            command = f'{draft.sudo}gpasswd -d "$USER" {quote(name)}'
            draft.kept.append(Kept(text("your membership of {group}", group=name), _WHY_GROUPS, (command,)))
    if (draft.before["forwarding"], draft.now["forwarding"]) == ("0", "1"):
        command = f"{draft.sudo}sysctl net.ipv4.ip_forward=0"
        draft.kept.append(Kept(text("net.ipv4.ip_forward = 1"), _WHY_FORWARDING, (command,)))
